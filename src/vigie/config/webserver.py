"""The web server: gunicorn, processes of threads, set up here and nowhere else."""

from typing import Any

from gunicorn.app.base import BaseApplication

from .settings import Settings, load

# Pages wait for the database as often as for the processor: threads serve them.
THREADS = 8
TIMEOUT_SECONDS = 60
GRACE_SECONDS = 8


class Site(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": bound(self._settings.host, self._settings.port),
            "workers": self._settings.pages_served_by,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": TIMEOUT_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from .wsgi import application

        return application


def bound(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


if __name__ == "__main__":
    Site(load()).run()
