"""A bot that says what it hears, as a process: the smallest program that the runner and the server can be tried with."""

import os

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from vectorstore.settings import PREFIX


async def _echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(f"je zei {update.message.text}")


def main() -> None:
    """Poll until SIGTERM."""
    token, base_url = os.environ[f"{PREFIX}TELEGRAM_TOKEN"], os.environ[f"{PREFIX}TELEGRAM_BASE_URL"]
    application = Application.builder().token(token).base_url(base_url).build()
    application.add_handler(MessageHandler(filters.UpdateType.MESSAGE, _echo))
    application.run_polling(timeout=10, allowed_updates=["message"])


if __name__ == "__main__":
    main()
