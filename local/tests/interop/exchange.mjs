// Takes {now, judge: [{name, pass, key, url, ip}], make: [{name, kid, key, claims: [[name, value]]}]} as JSON on standard input, and answers with
// what @eyevinn/cat makes of each: {judged: {name: 'ok' or why not}, made: {name: pass}}. Its clock stands at `now`.
import { readFileSync } from 'node:fs';
import { CAT } from '@eyevinn/cat';

const { now, judge, make } = JSON.parse(readFileSync(0, 'utf8'));
Date.now = () => now * 1000;

const judged = {};
for (const { name, pass, key, url, ip } of judge) {
    const reader = new CAT({ keys: { k1: Buffer.from(key, 'hex') }, expectCwtTag: true });
    try {
        const { error } = await reader.validate(pass, 'mac', { issuer: 'stagedoor', url: new URL(url), ip });
        judged[name] = error ? error.constructor.name : 'ok';
    } catch (error) {
        judged[name] = error.constructor.name;
    }
}

const made = {};
for (const { name, kid, key, claims } of make) {
    const writer = new CAT({ keys: { [kid]: Buffer.from(key, 'hex') }, expectCwtTag: true });
    made[name] = await writer.generateFromJson(Object.fromEntries(claims), { type: 'mac', alg: 'HS256', kid });
}

process.stdout.write(JSON.stringify({ judged, made }));
