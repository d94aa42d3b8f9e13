"""Celery with requests: the tasks, and `python celery_tasks.py COUNT URL…` to enqueue them.

Runs in an environment of its own. Each task calls its URL once; its result, which the result
backend keeps, is the record of the attempt.
"""

import os
import sys
import time
from functools import lru_cache

import requests
from celery import Celery

_REDIS = f"redis://127.0.0.1:{os.environ['BENCH_REDIS_PORT']}/0"

app = Celery("postbacks", broker=_REDIS, backend=_REDIS)
app.conf.update(
    task_acks_late=True,  # at least once, as the others; without it a killed worker loses tasks
    worker_prefetch_multiplier=64,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
)


@lru_cache(maxsize=1)
def _session() -> requests.Session:
    """Return the session of this process: its connections are kept alive."""
    session = requests.Session()
    session.trust_env = False  # it would look for proxies at each call
    return session


@app.task(name="postback", max_retries=12)
def postback(url: str, headers: dict[str, str]) -> dict[str, object]:
    """Call the URL once and return what is recorded."""
    began = time.perf_counter()
    answer = _session().get(url, headers=headers, timeout=20, allow_redirects=False)
    answer.raise_for_status()
    milliseconds = round((time.perf_counter() - began) * 1000)
    return {"status": answer.status_code, "ms": milliseconds, "body": answer.text}


def enqueue(count: int, urls: list[str]) -> None:
    """Have so many calls wait."""
    with app.producer_pool.acquire() as producer:
        for number in range(count):
            key = f"evt_celery_{number:017}"
            headers = {"webhook-id": key, "user-agent": "Celery"}
            url = f"{urls[number % len(urls)]}?e={key}&t=t-1"
            postback.apply_async((url, headers), producer=producer)


if __name__ == "__main__":
    enqueue(int(sys.argv[1]), sys.argv[2:])
