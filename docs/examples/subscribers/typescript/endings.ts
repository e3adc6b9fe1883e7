// Writes a file about every story that ended, and prints it as a line of JSON. The file is named by the event's id: an
// event that is delivered twice is written once.
//
//   ERRAND_NATS_URL=nats://127.0.0.1:4222 node build/endings.js FOLDER
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import { connect, nanos, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { StoryCompletedSchema, StoryFailedSchema } from './generated/errand/v1/story_pb.js';

const NAME = 'endings-typescript';
const MAX_ATTEMPTS = 5;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 300_000;
// Writing takes no longer. What a killed process held comes again after it.
const ACK_WAIT_MS = 5_000;
const BATCH = 16;
const PROBLEM_CHARS_MAX = 200;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Ending = { status: string; title?: string; more: string };

// By the header ce-type; what else there is on the stream of a story is not for us.
const ENDINGS: Record<string, (data: Uint8Array) => Ending> = {
  'errand.v1.StoryCompleted': (data) => {
    const event = fromBinary(StoryCompletedSchema, data);
    return { status: 'completed', title: event.story?.title, more: event.prUrl };
  },
  'errand.v1.StoryFailed': (data) => {
    const event = fromBinary(StoryFailedSchema, data);
    return { status: 'failed', title: event.story?.title, more: event.reason };
  },
};

class Unreadable extends Error {
  override name = 'Unreadable';
}

// Reads for ever, through a durable consumer that remembers how far we are.
async function follow(client: NatsConnection, stream: string, subject: string, folder: string) {
  const manager = await jetstreamManager(client, { checkAPI: false });
  for (;;) {
    try {
      await manager.consumers.add(stream, {
        name: NAME,
        durable_name: NAME,
        deliver_policy: DeliverPolicy.All,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ACK_WAIT_MS),
        filter_subject: subject,
      });
      const consumer = await jetstream(client).consumers.get(stream, NAME);
      const messages = await consumer.consume({ max_messages: BATCH, abort_on_missing_resource: true });
      for await (const message of messages) await answer(message, folder);
    } catch (error) {
      if (client.isClosed()) throw error;
      console.error(`reading ${stream} stopped, beginning again: ${error}`);
    }
    await sleep(1_000);
  }
}

// Acknowledges after the effect. What cannot be done becomes a dead letter, with its reason.
async function answer(message: JsMsg, folder: string) {
  const attempt = message.info.deliveryCount;
  try {
    handle(message, folder);
  } catch (error) {
    const hopeless = error instanceof Unreadable || attempt >= MAX_ATTEMPTS;
    // A letter is made of what is terminated in the log itself. One that was sent back stays on its way.
    if (hopeless && message.info.stream.endsWith('EVT')) {
      const problem = `gave up after ${attempt} attempts: ${error}`;
      console.error(`set aside as a dead letter: ${problem}`);
      message.term(problem.slice(0, PROBLEM_CHARS_MAX));
    } else {
      message.nak(Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), MAX_DELAY_MS));
    }
    return;
  }
  await message.ackAck();
}

function handle(message: JsMsg, folder: string) {
  const read = ENDINGS[header(message, 'ce-type')];
  if (!read) return;
  const [id, story] = [header(message, 'ce-id'), header(message, 'ce-subject')];
  if (!UUID.test(id)) throw new Unreadable(`ce-id is no UUID: ${id}`);
  const line = JSON.stringify({ id, story, ...decoded(read, message.data) });
  const file = path.join(folder, `${id}.json`);
  if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  // It appears whole or not at all.
  const part = path.join(folder, `${id}.part`);
  fs.writeFileSync(part, line);
  fs.renameSync(part, file);
  console.log(line);
}

function decoded(read: (data: Uint8Array) => Ending, data: Uint8Array): Ending {
  try {
    return read(data);
  } catch (error) {
    throw new Unreadable(String(error));
  }
}

function header(message: JsMsg, name: string): string {
  const value = message.headers?.get(name);
  if (!value) throw new Unreadable(`the header ${name} is missing`);
  return value;
}

const [folder] = process.argv.slice(2);
const { ERRAND_NATS_URL: url, ERRAND_NATS_PREFIX: prefix, ERRAND_NATS_NKEY_FILE: seed, ERRAND_NATS_CA_FILE: caFile } = process.env;
if (!folder || !url) {
  console.error('say where to write and where NATS is: ERRAND_NATS_URL=… node build/endings.js FOLDER');
  process.exit(1);
}
fs.mkdirSync(folder, { recursive: true });
const client = await connect({
  servers: url.split(','),
  authenticator: seed ? nkeyAuthenticator(new TextEncoder().encode(fs.readFileSync(seed, 'utf8').trim())) : undefined,
  tls: caFile ? { caFile } : undefined,
  maxReconnectAttempts: -1,
});
const [stream, subject] = prefix ? [`${prefix}_`, `${prefix}.`] : ['', ''];
const reading = [follow(client, `${stream}EVT`, `${subject}evt.*.story.*`, folder)];
// Dead letters that a person has sent back. The NATS user "subscriber" may not read them.
if (!seed) reading.push(follow(client, `${stream}REDRIVE`, `${subject}rdr.${NAME}.*`, folder));
await Promise.all(reading);
