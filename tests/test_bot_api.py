"""The Telegram that the other tests stand on, as a bot made with python-telegram-bot meets it."""

import asyncio
import struct
from collections.abc import Iterator
from io import BytesIO

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    Message,
    MessageEntity,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TimedOut

from tests.bot_api import BotApi, Chat, Person
from tests.bot_api.client import a_bot, a_request, talk

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)
BUTTONS = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Bronnen", callback_data="b:1"), InlineKeyboardButton("Nuttig", callback_data="n:1")]]
)


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A server of its own for each test, in which no rule was broken that the product keeps."""
    with BotApi() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def jan(api: BotApi) -> Person:
    """Somebody."""
    return api.person("Jan", username="jan_jansen")


@pytest.fixture
def chat(api: BotApi, jan: Person) -> Chat:
    """The chat of somebody who began one."""
    made = api.private(jan)
    made.say(jan, "/start")
    return made


def updates(server: BotApi, *, offset: int | None = None, limit: int | None = None) -> tuple[Update, ...]:
    """What waits for the bot."""
    return talk(server, lambda bot: bot.get_updates(offset=offset, limit=limit))


def test_what_the_bot_sends_is_what_the_person_sees(api: BotApi, chat: Chat) -> None:
    """Text, entities, buttons and the message that is answered arrive as they were sent."""
    bold = MessageEntity(MessageEntity.BOLD, 0, 2)

    async def do(bot: Bot) -> Message:
        (update,) = await bot.get_updates()
        assert update.message is not None
        return await update.message.reply_text("👋 Hoi", entities=[bold], reply_markup=BUTTONS, do_quote=True)

    answer = talk(api, do)
    seen = chat.next()
    assert (answer.text, answer.entities, answer.reply_markup) == ("👋 Hoi", (bold,), BUTTONS)
    assert answer.reply_to_message is not None
    assert (answer.message_id, answer.reply_to_message.text) == (seen.id, "/start")
    assert (seen.text, seen.marked("bold"), seen.buttons, seen.reply_to) == ("👋 Hoi", ["👋"], ["Bronnen", "Nuttig"], 1)
    assert [message.text for message in chat.messages] == ["/start", "👋 Hoi"]


def test_what_people_write_is_marked_as_telegram_does(api: BotApi, chat: Chat, jan: Person) -> None:
    """Commands, mentions and links are entities, counted in UTF-16."""
    chat.say(jan, "👋 /vraag@kanttekening_bot van @jan_jansen over https://example.org/a")
    message = updates(api)[-1].message
    assert message is not None
    assert message.parse_entities() == {
        MessageEntity("bot_command", 3, 23): "/vraag@kanttekening_bot",
        MessageEntity("mention", 31, 11): "@jan_jansen",
        MessageEntity("url", 48, 21): "https://example.org/a",
    }


def test_an_update_comes_until_it_is_acknowledged(api: BotApi, chat: Chat, jan: Person) -> None:
    """An offset forgets what came before it; a negative one all but the newest."""
    for number in range(1, 5):
        chat.say(jan, f"vraag {number}")
    first, *_ = updates(api)
    assert [each.update_id for each in updates(api, limit=2)] == [first.update_id, first.update_id + 1]
    assert len(updates(api, offset=first.update_id + 2)) == 3
    assert [each.message.text for each in updates(api, offset=-1) if each.message] == ["vraag 4"]
    assert len(updates(api)) == 1


def test_only_what_the_bot_asked_for_is_kept_for_it(api: BotApi, chat: Chat, jan: Person) -> None:
    """The kinds of updates stay as they were last asked for, and none at all is Telegram's own choice."""
    talk(api, lambda bot: bot.get_updates(offset=-1, allowed_updates=["callback_query"]))
    chat.say(jan, "niet voor de bot")
    assert [each.message.text for each in updates(api) if each.message] == ["/start"]
    talk(api, lambda bot: bot.get_updates(allowed_updates=[]))
    chat.say(jan, "wel")
    assert [each.message.text for each in updates(api) if each.message] == ["/start", "wel"]


def test_a_poll_waits_until_something_happens(api: BotApi, jan: Person) -> None:
    """A poll is answered the moment that somebody writes."""

    async def do(bot: Bot) -> tuple[Update, ...]:
        poll = asyncio.create_task(bot.get_updates(timeout=50))
        await asyncio.to_thread(api.wait, lambda: api.polling.is_waiting)
        api.private(jan).say(jan, "hoi")
        return await poll

    (update,) = talk(api, do)
    assert update.message is not None
    assert update.message.text == "hoi"


def test_of_two_polls_the_earlier_one_is_ended(api: BotApi, jan: Person) -> None:
    """A second instance takes over, and the first one hears of the conflict."""

    async def do(bot: Bot) -> tuple[Update, ...]:
        async with a_bot(api) as other:
            first = asyncio.create_task(bot.get_updates(timeout=50))
            await asyncio.to_thread(api.wait, lambda: api.polling.is_waiting)
            second = asyncio.create_task(other.get_updates(timeout=50))
            with pytest.raises(Conflict, match="terminated by other getUpdates request"):
                await first
            api.private(jan).say(jan, "hoi")
            return await second

    assert len(talk(api, do)) == 1


def test_a_client_that_leaves_takes_nothing_with_it(api: BotApi, jan: Person) -> None:
    """A poll that was given up gets no update, and the next one does."""

    async def do(bot: Bot) -> tuple[Update, ...]:
        with pytest.raises(TimedOut):
            await bot.get_updates(timeout=50, read_timeout=-49.8)
        await asyncio.to_thread(api.wait, lambda: not api.polling.is_waiting)
        api.private(jan).say(jan, "hoi")
        return await bot.get_updates()

    assert len(talk(api, do)) == 1


def test_another_token_is_nobody(api: BotApi) -> None:
    """A wrong token is refused before anything else."""

    async def do() -> None:
        async with Bot("1:wrong", base_url=api.base_url, request=a_request(), get_updates_request=a_request()):
            pytest.fail("a bot that is nobody began")

    with pytest.raises(InvalidToken):
        asyncio.run(do())
    assert api.calls == []


def test_files_go_both_ways(api: BotApi, chat: Chat, jan: Person) -> None:
    """What a person sends can be downloaded, and what the bot sends is seen, byte for byte."""
    chat.send_document(jan, "column.txt", "één".encode(), mime="text/plain", caption="nieuw")

    async def do(bot: Bot) -> tuple[Message, bytes]:
        message = (await bot.get_updates())[-1].message
        assert message is not None
        assert message.document is not None
        content = bytes(await (await message.document.get_file()).download_as_bytearray())
        await message.reply_photo(PNG, caption="een kaart", filename="kaart.png")
        await message.reply_document(BytesIO(b"alles"), filename="antwoord.txt")
        return message, content

    message, content = talk(api, do)
    assert message.document is not None
    assert (message.caption, message.document.file_name, content) == ("nieuw", "column.txt", "één".encode())
    photo, document = chat.next(), chat.next()
    assert photo.photo is not None
    assert document.document is not None
    assert (photo.text, photo.photo.content, photo.photo_size) == ("een kaart", PNG, (1, 1))
    assert (document.document.name, document.document.content) == ("antwoord.txt", b"alles")


@pytest.mark.parametrize(
    ("content", "description"),
    [
        (b"no picture", "Image_process_failed"),
        (PNG[:16] + struct.pack(">II", 21, 1) + PNG[24:], "Photo_invalid_dimensions"),
        (PNG[:16] + struct.pack(">II", 5000, 5001) + PNG[24:], "Photo_invalid_dimensions"),
    ],
)
def test_a_picture_that_telegram_cannot_show_is_refused(api: BotApi, chat: Chat, content: bytes, description: str) -> None:
    """A photo is a picture, with measures that fit a screen."""
    with pytest.raises(BadRequest, match=description):
        talk(api, lambda bot: bot.send_photo(chat.id, content))


def test_files_have_their_limits(api: BotApi, chat: Chat, jan: Person) -> None:
    """Too large a file is refused in either direction."""
    api.limits.document_bytes = api.limits.photo_bytes = api.limits.download_bytes = 10
    made = chat.send_document(jan, "boek.txt", b"x" * 11)
    assert made.document is not None
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        talk(api, lambda bot: bot.send_document(chat.id, b"x" * 11))
    with pytest.raises(BadRequest, match="File is too big"):
        talk(api, lambda bot: bot.send_photo(chat.id, PNG))
    with pytest.raises(BadRequest, match="File is too big"):
        talk(api, lambda bot: bot.get_file(made.document.id if made.document else ""))


def test_a_button_is_answered_once(api: BotApi, chat: Chat, jan: Person) -> None:
    """The person sees the toast, a second answer is refused, and so is one that comes too late."""

    async def do(bot: Bot) -> tuple[CallbackQuery, Message | bool]:
        await bot.send_message(chat.id, "antwoord", reply_markup=BUTTONS)
        press = chat.press(chat.next(), "Bronnen", by=jan)
        query = (await bot.get_updates())[-1].callback_query
        assert query is not None
        await query.answer("Hier zijn ze", show_alert=True)
        with pytest.raises(BadRequest, match="Query is too old"):
            await query.answer()
        late = chat.press(chat.sent[-1], "n:1", by=jan)
        late.expire()
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(late.id)
        assert (press.is_answered, press.is_alert, late.is_answered) == (True, True, False)
        return query, await query.edit_message_text("de bronnen")

    query, edited = talk(api, do)
    assert (query.data, query.from_user.id, jan.toasts) == ("b:1", jan.id, ["Hier zijn ze"])
    assert isinstance(edited, Message)
    assert edited.edit_date is not None
    assert [(each.text, each.buttons, each.edits) for each in chat.sent] == [("de bronnen", [], 1)]


def test_a_button_under_an_old_message_has_no_message(api: BotApi, chat: Chat, jan: Person) -> None:
    """Telegram shows the bot only where it was."""
    talk(api, lambda bot: bot.send_message(chat.id, "antwoord", reply_markup=BUTTONS))
    chat.press(chat.next(), "Bronnen", by=jan, is_inaccessible=True)
    query = updates(api)[-1].callback_query
    assert query is not None
    assert query.message is not None
    assert not query.message.is_accessible


def test_cards_come_back_to_the_person(api: BotApi, jan: Person) -> None:
    """An inline query gets its cards, and the bot hears which one was chosen."""
    asked = jan.inline("chatbots")
    card = InlineQueryResultArticle("1", "Column", InputTextMessageContent("wat er staat"))

    async def do(bot: Bot) -> Update:
        (update,) = await bot.get_updates()
        assert update.inline_query is not None
        await update.inline_query.answer([card], cache_time=60)
        jan.choose(asked)
        return (await bot.get_updates())[-1]

    update = talk(api, do)
    assert update.chosen_inline_result is not None
    assert (update.chosen_inline_result.result_id, asked.parameters["cache_time"]) == ("1", 60)
    assert [(each["title"], each["input_message_content"]["message_text"]) for each in asked.results or []] == [
        ("Column", "wat er staat")
    ]


@pytest.mark.parametrize(
    ("text", "is_heard"),
    [
        ("gewoon", False),
        ("/vraag wat", True),
        ("/vraag@kanttekening_bot wat", True),
        ("/vraag@een_ander wat", False),
        ("@kanttekening_bot wat", True),
        ("@jan_jansen wat", False),
    ],
)
def test_a_group_keeps_its_privacy(api: BotApi, jan: Person, text: str, is_heard: bool) -> None:  # noqa: FBT001  # a row
    """Of what is said in a group the bot hears what is meant for it; an administrator hears everything."""
    group = api.group("Buurt", [jan])
    group.say(jan, text)
    assert bool(len(api.updates)) == is_heard
    group.promote_bot(by=jan)
    before = len(api.updates)
    group.say(jan, text)
    assert len(api.updates) == before + 1


def test_a_reply_to_the_bot_is_heard_and_one_to_somebody_else_is_not(api: BotApi, jan: Person) -> None:
    """A reply is meant for whoever wrote what is replied to."""
    group = api.group("Buurt", [jan])
    question = group.say(jan, "/vraag wat")
    talk(api, lambda bot: bot.send_message(group.id, "dit", reply_parameters=ReplyParameters(question.id)))
    group.say(jan, "en verder?", reply_to=group.next())
    group.say(jan, "onder ons", reply_to=question)
    assert [each.message.text for each in updates(api) if each.message] == ["/vraag wat", "en verder?"]


def test_a_topic_is_a_place_of_its_own(api: BotApi, jan: Person) -> None:
    """A message in a topic says so, seems to answer the message that made the topic, and is answered in it."""
    forum = api.supergroup("Forum", [jan], is_forum=True)
    topic = forum.topic("Chatbots", by=jan)
    forum.say(jan, "/vraag wat", topic=topic)

    async def do(bot: Bot) -> Message:
        message = (await bot.get_updates())[-1].message
        assert message is not None
        assert message.reply_to_message is not None
        assert (message.is_topic_message, message.reply_to_message.message_id) == (True, topic)
        answer = await message.reply_text("dit")
        forum.close_topic(topic)
        with pytest.raises(BadRequest, match="Message thread not found"):
            await message.reply_text("te laat")
        return answer

    assert (talk(api, do).message_thread_id, forum.next().topic) == (topic, topic)


def test_a_group_that_becomes_a_supergroup_has_another_id(api: BotApi, jan: Person) -> None:
    """Both chats say so, and who writes to the old one hears where it went."""
    old = api.group("Buurt", [jan])
    new = api.migrate(old)
    said = [each.message for each in updates(api) if each.message]
    assert [(each.migrate_to_chat_id, each.migrate_from_chat_id) for each in said] == [(new.id, None), (None, old.id)]
    with pytest.raises(ChatMigrated) as caught:
        talk(api, lambda bot: bot.send_message(old.id, "hoi"))
    assert caught.value.new_chat_id == new.id


def test_who_blocks_the_bot_hears_nothing_until_they_take_it_back(api: BotApi, chat: Chat, jan: Person) -> None:
    """The bot is told of both, and cannot write in between."""
    chat.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        talk(api, lambda bot: bot.send_message(chat.id, "hoi"))
    chat.unblock()
    talk(api, lambda bot: bot.send_message(chat.id, "hoi"))
    told = [each.my_chat_member for each in updates(api) if each.my_chat_member]
    assert [(each.from_user.id, each.new_chat_member.status) for each in told] == [(jan.id, "kicked"), (jan.id, "member")]
    assert [call.status for call in api.refused()] == [403]


def test_people_send_more_than_text(api: BotApi, chat: Chat, jan: Person) -> None:
    """Edits, voices, photos, places, posts in a channel and messages from nobody are updates that parse."""
    chat.edit(chat.say(jan, "vraag"), "andere vraag")
    chat.send_media(jan, "voice")
    chat.send_media(jan, "sticker")
    chat.send_media(jan, "location")
    chat.send_photo(jan, caption="kijk")
    chat.say(None, "van niemand")
    api.channel("Nieuws").say(None, "een bericht")
    _, asked, edited, voice, sticker, place, photo, nobody, post = updates(api)
    assert edited.edited_message is not None
    assert post.channel_post is not None
    assert (edited.edited_message.text, post.channel_post.text) == ("andere vraag", "een bericht")
    messages = [each.message for each in (asked, voice, sticker, place, photo, nobody) if each.message]
    assert [bool(each.text) for each in messages] == [True, False, False, False, False, True]
    assert [bool(each.from_user) for each in messages] == [True, True, True, True, True, False]
    assert [bool(messages[1].voice), bool(messages[2].sticker), bool(messages[3].location), messages[4].caption] == [
        True,
        True,
        True,
        "kijk",
    ]


def test_the_profile_is_kept_per_language_and_scope(api: BotApi) -> None:
    """What the bot set is what it and the test get back."""
    commands, scope = (BotCommand("help", "Wat kan ik?"),), BotCommandScopeAllPrivateChats()

    async def do(bot: Bot) -> list[object]:
        await bot.set_my_commands(commands, scope=scope, language_code="nl")
        await bot.set_my_description("Ik ben een computer.", language_code="nl")
        await bot.set_chat_menu_button()
        return [
            await bot.get_my_commands(scope=scope, language_code="nl"),
            await bot.get_my_commands(),
            (await bot.get_my_description("nl")).description,
            (await bot.get_my_description()).description,
        ]

    assert talk(api, do) == [commands, (), "Ik ben een computer.", ""]
    assert list(api.commands) == [("all_private_chats", "nl")]
