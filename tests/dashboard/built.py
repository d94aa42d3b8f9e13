"""Serves dashboard, API and worker as `reflex run --env prod` does once it has built the pages.

That builds them at every start, which takes most of a minute and is no part of what is killed.
"""

import rxconfig  # isort: skip - sets what Reflex reads while it is imported

from reflex.environment import environment
from reflex.utils.exec import run_backend_prod
from reflex_base.constants import Env

if __name__ == "__main__":
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    run_backend_prod(
        rxconfig.settings.host, rxconfig.settings.port, mount_frontend_compiled_app=True
    )
