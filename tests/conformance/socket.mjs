// A websocket that speaks to the graph frame by frame, so that a check can say what no client would.
import WebSocket from 'ws';
import { SOCKET } from './blog.mjs';
import { holds } from './checks.mjs';

const PATIENCE = 60_000; // ms

export class Socket {
  static async open(protocol = 'graphql-transport-ws', options = {}) {
    const own = new Socket();
    own.socket = new WebSocket(SOCKET, protocol, options);
    own.frames = [];
    own.ended = new Promise((resolve) => own.socket.on('close', (code) => resolve(code)));
    own.pinged = new Promise((resolve) => own.socket.on('ping', resolve));
    own.socket.on('message', (data) => { own.frames.push(JSON.parse(data)); own.arrived?.(); });
    await new Promise((resolve, reject) => {
      own.socket.on('open', resolve);
      own.socket.on('error', reject);
    });
    return own;
  }

  static async ready(payload) {
    const own = await Socket.open();
    own.send({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) });
    const { type } = await own.next();
    holds(type === 'connection_ack', type);
    return own;
  }

  send(frame) {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  subscribe(id, query, more = {}) {
    this.send({ id, type: 'subscribe', payload: { query, ...more } });
  }

  // The next frame; what keeps the line alive is answered and passed over.
  async next() {
    for (;;) {
      const frame = this.frames.shift() ?? (await this.#frame());
      if (frame.type !== 'ping') return frame;
      this.send({ type: 'pong' });
    }
  }

  async closed() {
    const timer = new Promise((_, reject) => { setTimeout(() => reject(new Error('still open')), PATIENCE).unref(); });
    return Promise.race([this.ended, timer]);
  }

  async lives() {
    this.send({ type: 'ping' });
    const { type } = await this.next();
    holds(type === 'pong', type);
    this.socket.close();
  }

  async #frame() {
    const frame = new Promise((resolve) => {
      this.arrived = () => {
        this.arrived = undefined;
        resolve(this.frames.shift());
      };
    });
    const end = this.ended.then((code) => { throw new Error(`closed with ${code}`); });
    end.catch(() => {});
    return Promise.race([frame, end]);
  }
}
