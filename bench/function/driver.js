
// Behind a function's text: as many calls as are asked for. Each parses the event anew, since a call changes it; what that takes is
// measured by runs that do nothing else.
async function drive(task) {
    const items = task.items;
    globalThis.kvs = {
        get: async key => items[key],
        exists: async key => items[key] !== undefined,
    };
    Date.now = () => task.now * 1000;
    let last;
    for (let i = 0; i < task.calls; i++) {
        last = JSON.parse(task.event);
        if (!task.parseOnly) {
            last = await handler(last);
        }
    }
    console.log(JSON.stringify(last));
}
