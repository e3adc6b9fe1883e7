"""Writes a file about every story that ended, and prints it as a line of JSON. The file is named by the event's id: an
event that is delivered twice is written once.

    ERRAND_NATS_URL=nats://127.0.0.1:4222 python3 endings.py FOLDER
"""

import asyncio
import json
import os
import ssl
import sys
import uuid
from pathlib import Path

import nats
from google.protobuf.message import DecodeError
from nats.errors import Error, TimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from errand.v1.story_pb2 import StoryCompleted, StoryFailed

NAME = "endings-python"
# By the header ce-type; what else there is on the stream of a story is not for us.
ENDINGS = {
    "errand.v1.StoryCompleted": (StoryCompleted, "completed", "pr_url"),
    "errand.v1.StoryFailed": (StoryFailed, "failed", "reason"),
}
MAX_ATTEMPTS = 5
FIRST_DELAY_S = 0.2
MAX_DELAY_S = 300
# Writing takes no longer. What a killed process held comes again after it.
ACK_WAIT_S = 5
BATCH = 16
PROBLEM_CHARS_MAX = 200


async def follow(client, stream, subject, folder):
    """Reads for ever, through a durable consumer that remembers how far we are."""
    js = client.jetstream()
    config = ConsumerConfig(
        name=NAME,
        durable_name=NAME,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_S,
        filter_subject=subject,
    )
    while True:
        try:
            await js.add_consumer(stream, config)
            messages = await js.pull_subscribe_bind(durable=NAME, stream=stream)
            while True:
                try:
                    for message in await messages.fetch(BATCH, timeout=30):
                        await answer(client, message, folder)
                except TimeoutError:
                    pass  # Nothing has happened for a while.
        except Error as error:
            print(f"reading {stream} stopped, beginning again: {error}", file=sys.stderr)
            await asyncio.sleep(1)


async def answer(client, message, folder):
    """Acknowledges after the effect. What cannot be done becomes a dead letter, with its reason."""
    attempt = message.metadata.num_delivered
    try:
        handle(message.headers or {}, message.data, folder)
    except (DecodeError, KeyError, ValueError) as error:
        problem, hopeless = f"it cannot be read: {error!r}", True
    except OSError as error:
        problem, hopeless = f"gave up after {attempt} attempts: {error}", attempt >= MAX_ATTEMPTS
    else:
        return await message.ack_sync()
    # A letter is made of what is terminated in the log itself. One that was sent back stays on its way.
    if hopeless and message.metadata.stream.endswith("EVT"):
        print(f"set aside as a dead letter: {problem}", file=sys.stderr)
        await client.publish(message.reply, b"+TERM " + problem[:PROBLEM_CHARS_MAX].encode())
    else:
        await message.nak(delay=min(FIRST_DELAY_S * 2 ** (attempt - 1), MAX_DELAY_S))


def handle(headers, data, folder):
    known = ENDINGS.get(headers["ce-type"])
    if known is None:
        return
    event_type, status, more = known
    event = event_type.FromString(data)
    id = str(uuid.UUID(headers["ce-id"]))
    line = json.dumps({
        "id": id,
        "story": headers["ce-subject"],
        "status": status,
        "title": event.story.title,
        "more": getattr(event, more),
    })
    file = folder / f"{id}.json"
    if not file.is_file():
        # It appears whole or not at all.
        part = folder / f"{id}.part"
        part.write_text(line)
        part.rename(file)
        print(line, flush=True)


async def main():
    if len(sys.argv) != 2 or "ERRAND_NATS_URL" not in os.environ:
        sys.exit("say where to write and where NATS is: ERRAND_NATS_URL=… python3 endings.py FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    seed, ca = os.environ.get("ERRAND_NATS_NKEY_FILE"), os.environ.get("ERRAND_NATS_CA_FILE")
    client = await nats.connect(
        os.environ["ERRAND_NATS_URL"].split(","),
        nkeys_seed=seed,
        tls=ssl.create_default_context(cafile=ca) if ca else None,
        max_reconnect_attempts=-1,
    )
    prefix = os.environ.get("ERRAND_NATS_PREFIX")
    stream, subject = (f"{prefix}_", f"{prefix}.") if prefix else ("", "")
    reading = [follow(client, f"{stream}EVT", f"{subject}evt.*.story.*", folder)]
    if not seed:
        # Dead letters that a person has sent back. The NATS user "subscriber" may not read them.
        reading.append(follow(client, f"{stream}REDRIVE", f"{subject}rdr.{NAME}.*", folder))
    await asyncio.gather(*reading)


asyncio.run(main())
