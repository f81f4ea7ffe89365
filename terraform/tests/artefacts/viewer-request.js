import cf from 'cloudfront';
async function handler(event) {
    return event.request;
}
