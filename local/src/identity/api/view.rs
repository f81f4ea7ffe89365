//! Users and deliveries of codes as Cognito shows them.

use crate::identity::directory::User;
use crate::identity::verification::CodeDelivery;
use serde_json::{Value, json};

/// A user; the list of attributes goes by a different name in different answers.
pub(super) fn description(user: &User, attributes_field: &str) -> Value {
    json!({
        "Username": user.username,
        attributes_field: attributes(user),
        "UserCreateDate": user.created_at,
        "UserLastModifiedDate": user.modified_at,
        "Enabled": user.enabled,
        "UserStatus": user.status,
    })
}

/// `[{"Name", "Value"}]`, the `sub` first.
pub(super) fn attributes(user: &User) -> Vec<Value> {
    let sub = json!({ "Name": "sub", "Value": user.sub });
    let others = user.attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value }));
    std::iter::once(sub).chain(others).collect()
}

/// Where a code went.
pub(super) fn delivery_details(delivery: &CodeDelivery) -> Value {
    json!({
        "AttributeName": delivery.attribute,
        "DeliveryMedium": delivery.medium,
        "Destination": delivery.destination,
    })
}
