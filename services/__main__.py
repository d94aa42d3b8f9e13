"""`python -m services COMMAND`."""

import sys

from services.command_line import main

sys.exit(main(sys.argv[1:]))
