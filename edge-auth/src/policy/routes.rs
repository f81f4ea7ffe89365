//! Reading the routes of a policy, each on its own.

use super::fields::kind;
use super::{
    Action, Allow, Cache, Denied, Fields, Gate, Methods, Node, Origin, Pattern, Problem, Route, allow, answer, checks,
};

/// CloudFront takes 75 behaviours; `/_auth/*` is one of them.
const MOST: usize = 74;

/// The routes that could be read, each with its place in the list.
pub(super) struct Listed {
    pub routes: Vec<(usize, Route)>,
    /// Whether that is all of them.
    pub complete: bool,
}

/// A route as far as it could be read: what is wrong or missing is nothing.
pub(super) struct Draft {
    pub path: Option<Pattern>,
    pub allow: Option<Allow>,
    pub gate: Option<Gate>,
    pub denied: Option<Denied>,
    pub methods: Option<Methods>,
    pub origin: Option<Origin>,
    pub cache: Option<Cache>,
}

pub(super) fn routes(node: Node<'_>, problems: &mut Vec<Problem>) -> Listed {
    let Some(list) = node.value.as_array() else {
        problems.push(Problem { at: node.at, message: format!("routes is {}; expected a list", kind(node.value)) });
        return Listed { routes: Vec::new(), complete: false };
    };
    if list.is_empty() {
        let message = "routes is empty: nothing could be fetched; add a route".to_owned();
        problems.push(Problem { at: node.at.clone(), message });
    }
    if list.len() > MOST {
        let count = list.len();
        let message =
            format!("routes holds {count}; CloudFront takes at most {MOST} beside /_auth/*; put some together with *");
        problems.push(Problem { at: node.at.clone(), message });
    }
    // Those beyond the limit wait until it is kept: the work stays bounded.
    let each = list.iter().take(MOST).enumerate();
    let routes: Vec<(usize, Route)> = each
        .filter_map(|(i, value)| Some((i, route(Node { value, at: format!("{}/{i}", node.at) }, problems)?)))
        .collect();
    Listed { complete: routes.len() == list.len(), routes }
}

fn route(node: Node<'_>, problems: &mut Vec<Problem>) -> Option<Route> {
    let mut fields = node.fields(problems)?;
    let path = path(&mut fields);
    if !fields.has("allow") {
        fields.problem("allow", "is missing; say who may, such as signed_in or anyone");
    }
    let allow = fields.take("allow").and_then(|node| allow::allow(&node, path.as_ref(), fields.problems));
    let gates = [("lambda", Gate::Lambda), ("function", Gate::Function)];
    let origins = [("app", Origin::App), ("site", Origin::Site), ("media", Origin::Media)];
    let caches = [("none", Cache::None), ("media", Cache::Media), ("immutable", Cache::Immutable)];
    let kinds = [("auto", Denied::Auto), ("redirect", Denied::Redirect), ("status", Denied::Status)];
    let methods = [("read", Methods::Read), ("all", Methods::All)];
    let draft = Draft {
        path,
        allow,
        gate: fields.choice_or("gate", &gates, Gate::Lambda),
        origin: fields.choice("origin", &origins),
        cache: fields.choice_or("cache", &caches, Cache::None),
        denied: fields.choice_or("denied", &kinds, Denied::Auto),
        methods: fields.choice_or("methods", &methods, Methods::Read),
    };
    let action = if fields.take("answer").is_some() {
        answer::answer(&mut fields, draft.path.as_ref())
    } else {
        if !fields.has("origin") {
            fields.problem("origin", "is missing; expected app, site or media");
        }
        draft.origin.zip(draft.cache).map(|(origin, cache)| Action::Origin { origin, cache })
    };
    checks::combination(&mut fields, &draft);
    fields.finish();
    let Draft { path, allow, gate, denied, methods, .. } = draft;
    Some(Route { path: path?, allow: allow?, gate: gate?, action: action?, denied: denied?, methods: methods? })
}

fn path(fields: &mut Fields<'_, '_>) -> Option<Pattern> {
    if !fields.has("path") {
        fields.problem("path", "is missing; say which paths the route is for, such as /media/*");
    }
    let source = fields.text("path")?;
    let at = format!("{}/path", fields.at);
    Pattern::parse(&source, &at).map_err(|found| fields.problems.extend(found)).ok()
}
