"""Starts the service: `python -m handover_api.main`."""

import gc
import os
import socket
import sys
from types import FrameType
from typing import override

import uvicorn
from fastapi import FastAPI

from handover_api.application import create_application
from handover_api.logs import configure_logging
from handover_api.settings import SettingsError, read_settings

# Python looks through all that there is for garbage after so many smaller collections; of itself after ten, which is
# every ten seconds when many pages are open. Everybody waits meanwhile, 200 ms with 600 pages, and next to nothing is
# found: most goes when nobody refers to it any longer, and what is young is looked through as before.
_SMALLER_COLLECTIONS_TO_A_FULL_ONE = 500


class Server(uvicorn.Server):
    """Ends the open streams when told to stop; otherwise the server would wait for them."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, _SMALLER_COLLECTIONS_TO_A_FULL_ONE)
        # What has been loaded stays to the end, and is not looked through at all.
        gc.collect()
        gc.freeze()

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if hasattr(self._app.state, "hub"):
            self._app.state.hub.close()
        super().handle_exit(sig, frame)


def main() -> None:
    configure_logging()
    try:
        settings = read_settings(dict(os.environ))
        app = create_application(settings)
    except SettingsError as error:
        sys.exit(str(error))
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
    )
    Server(config, app).run()


if __name__ == "__main__":
    main()
