// BullMQ with undici: `node bullmq.mjs enqueue REDIS_PORT COUNT URL…`, `node bullmq.mjs work REDIS_PORT`.
//
// Each job calls its URL once; its return value, which BullMQ keeps with the job, is the record of
// the attempt.

import { Queue, Worker } from "bullmq";
import { Agent, request } from "undici";

const CONCURRENCY = 128; // per process; more brought nothing
const CHUNK = 1000;

const [command, port, ...rest] = process.argv.slice(2);
const connection = { host: "127.0.0.1", port: Number(port), maxRetriesPerRequest: null };

async function enqueue(count, urls) {
  const queue = new Queue("postbacks", { connection });
  for (let start = 0; start < count; start += CHUNK) {
    const numbers = Array.from({ length: Math.min(CHUNK, count - start) }, (_, at) => start + at);
    await queue.addBulk(
      numbers.map((number) => {
        const id = `evt_bullmq_${String(number).padStart(17, "0")}`;
        return {
          name: "postback",
          data: {
            url: `${urls[number % urls.length]}?e=${id}&t=t-1`,
            headers: { "webhook-id": id, "user-agent": "BullMQ" },
          },
          opts: { attempts: 12, backoff: { type: "exponential", delay: 5000 } },
        };
      }),
    );
  }
  await queue.close();
}

function work() {
  const dispatcher = new Agent({ connections: CONCURRENCY, pipelining: 1 });
  const send = async (job) => {
    const began = performance.now();
    const answer = await request(job.data.url, { headers: job.data.headers, dispatcher });
    const body = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`status ${answer.statusCode}`);
    return { status: answer.statusCode, ms: Math.round(performance.now() - began), body };
  };
  new Worker("postbacks", send, { connection, concurrency: CONCURRENCY });
}

if (command === "enqueue") await enqueue(Number(rest[0]), rest.slice(1));
else work();
