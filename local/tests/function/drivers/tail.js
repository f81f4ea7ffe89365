
// Behind the emitted text, so that `handler` is in reach. What is logged comes before its case's own line.
async function drive(cases) {
    for (let i = 0; i < cases.length; i++) {
        const one = cases[i];
        globalThis.stage = { ring: one.ring, revoked: one.revoked, failing: one.failing, reads: 0 };
        Date.now = () => one.now * 1000;
        let answer;
        try {
            answer = await handler(one.event);
        } catch (thrown) {
            answer = 'threw: ' + thrown;
        }
        console.log('R ' + JSON.stringify({ answer: answer, reads: globalThis.stage.reads }));
    }
}
