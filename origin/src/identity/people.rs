//! What administrators see and do: people and groups.

use aws_sdk_cognitoidentityprovider::types::{DeliveryMediumType, MessageActionType, UserType};

use super::account::attribute;
use super::{PoolError, UserPool};

/// A person as the pool knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub sub: String,
    /// The name that the pool's calls take.
    pub username: String,
    pub email: Option<String>,
    pub name: Option<String>,
    pub enabled: bool,
    /// Cognito's word, as `CONFIRMED`.
    pub status: String,
    pub groups: Vec<String>,
    /// Unix seconds.
    pub created_at: Option<i64>,
}

/// A page of people.
pub struct People {
    pub people: Vec<Person>,
    /// The pool's own word for where the next page begins.
    pub next: Option<String>,
}

/// A group of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub description: Option<String>,
}

/// Whom to invite.
pub struct NewPerson<'a> {
    pub email: &'a str,
    pub name: Option<&'a str>,
}

impl UserPool {
    /// People whose e-mail address, or where none has that, whose name begins so; in pages of `limit`, at most 60.
    pub async fn people(&self, search: &str, cursor: Option<&str>, limit: i32) -> Result<People, PoolError> {
        // The pool searches by one attribute at a time; a cursor belongs to the attribute that it came of.
        let (by_name, cursor) = match cursor.and_then(|cursor| cursor.split_at_checked(2)) {
            Some(("n:", cursor)) => (true, Some(cursor)),
            Some(("e:", cursor)) => (false, Some(cursor)),
            Some(_) => return Err(PoolError::Invalid),
            None => (false, None),
        };
        let page = self.page("email", search, cursor, limit);
        let (mark, (users, next)) = match cursor {
            _ if by_name => ("n:", self.page("name", search, cursor, limit).await?),
            Some(_) => ("e:", page.await?),
            None => match page.await? {
                (users, None) if users.is_empty() && !search.is_empty() => {
                    ("n:", self.page("name", search, None, limit).await?)
                }
                found => ("e:", found),
            },
        };
        // Each one's groups are a question of their own: they are asked at the same time.
        let asked: Vec<_> = users
            .into_iter()
            .map(|user| {
                let pool = self.clone();
                tokio::spawn(async move { pool.with_groups(user).await })
            })
            .collect();
        let mut people = Vec::with_capacity(asked.len());
        for answer in asked {
            people.push(answer.await.map_err(|_| PoolError::Unavailable)??);
        }
        Ok(People { people, next: next.map(|next| format!("{mark}{next}")) })
    }

    async fn page(
        &self,
        by: &str,
        search: &str,
        cursor: Option<&str>,
        limit: i32,
    ) -> Result<(Vec<UserType>, Option<String>), PoolError> {
        let escaped = search.replace('\\', "\\\\").replace('"', "\\\"");
        let filter = (!search.is_empty()).then(|| format!("{by} ^= \"{escaped}\""));
        let request = self.sdk.list_users().user_pool_id(&self.pool_id).limit(limit).set_filter(filter);
        let request = request.set_pagination_token(cursor.map(str::to_owned));
        let answer = request.send().await.map_err(PoolError::of)?;
        Ok((answer.users.unwrap_or_default(), answer.pagination_token))
    }

    async fn with_groups(&self, user: UserType) -> Result<Person, PoolError> {
        let person = person(user);
        let groups = self.groups_of(&person.username).await?;
        Ok(Person { groups, ..person })
    }

    async fn groups_of(&self, username: &str) -> Result<Vec<String>, PoolError> {
        let request = self.sdk.admin_list_groups_for_user().user_pool_id(&self.pool_id).username(username);
        let answer = request.limit(60).send().await.map_err(PoolError::of)?;
        Ok(answer.groups.unwrap_or_default().into_iter().filter_map(|group| group.group_name).collect())
    }

    /// The person of that name.
    pub async fn person(&self, username: &str) -> Result<Person, PoolError> {
        let request = self.sdk.admin_get_user().user_pool_id(&self.pool_id).username(username);
        let user = request.send().await.map_err(PoolError::of)?;
        let groups = self.groups_of(&user.username).await?;
        let known = UserType::builder()
            .username(user.username)
            .set_attributes(user.user_attributes)
            .enabled(user.enabled)
            .set_user_status(user.user_status)
            .set_user_create_date(user.user_create_date);
        Ok(Person { groups, ..person(known.build()) })
    }

    /// Makes a person, who gets a temporary password by e-mail.
    pub async fn invite(&self, new: &NewPerson<'_>) -> Result<Person, PoolError> {
        let attributes = [("email", Some(new.email)), ("email_verified", Some("true")), ("name", new.name)];
        let attributes = attributes.into_iter().filter_map(|(name, value)| attribute(name, value?)).collect();
        let request = self.sdk.admin_create_user().user_pool_id(&self.pool_id).username(new.email);
        let request = request.set_user_attributes(Some(attributes)).desired_delivery_mediums(DeliveryMediumType::Email);
        let answer = request.send().await.map_err(PoolError::of)?;
        answer.user.map(person).ok_or(PoolError::Unavailable)
    }

    /// Sends a person who has not signed in yet another temporary password.
    pub async fn invite_again(&self, username: &str) -> Result<(), PoolError> {
        let request = self.sdk.admin_create_user().user_pool_id(&self.pool_id).username(username);
        let request = request.message_action(MessageActionType::Resend);
        request.desired_delivery_mediums(DeliveryMediumType::Email).send().await.map(drop).map_err(PoolError::of)
    }

    /// Lets a person in, or shuts them out.
    pub async fn enable(&self, username: &str, enabled: bool) -> Result<(), PoolError> {
        let (pool, name) = (&self.pool_id, username);
        if enabled {
            self.sdk.admin_enable_user().user_pool_id(pool).username(name).send().await.map(drop).map_err(PoolError::of)
        } else {
            self.sdk
                .admin_disable_user()
                .user_pool_id(pool)
                .username(name)
                .send()
                .await
                .map(drop)
                .map_err(PoolError::of)
        }
    }

    /// Deletes a person from the pool.
    pub async fn delete(&self, username: &str) -> Result<(), PoolError> {
        let request = self.sdk.admin_delete_user().user_pool_id(&self.pool_id).username(username);
        request.send().await.map(drop).map_err(PoolError::of)
    }

    /// All groups, at most 600.
    pub async fn groups(&self) -> Result<Vec<Group>, PoolError> {
        let (mut groups, mut next) = (Vec::new(), None);
        for _ in 0..10 {
            let request = self.sdk.list_groups().user_pool_id(&self.pool_id).limit(60).set_next_token(next.take());
            let answer = request.send().await.map_err(PoolError::of)?;
            groups.extend(
                answer
                    .groups
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|group| Some(Group { name: group.group_name?, description: group.description })),
            );
            next = answer.next_token;
            if next.is_none() {
                break;
            }
        }
        Ok(groups)
    }

    /// Makes a group.
    pub async fn create_group(&self, name: &str, description: Option<&str>) -> Result<(), PoolError> {
        let request = self.sdk.create_group().user_pool_id(&self.pool_id).group_name(name);
        request.set_description(description.map(str::to_owned)).send().await.map(drop).map_err(PoolError::of)
    }

    /// Puts a person into a group, or takes them out.
    pub async fn set_membership(&self, username: &str, group: &str, member: bool) -> Result<(), PoolError> {
        let pool = &self.pool_id;
        if member {
            let request = self.sdk.admin_add_user_to_group().user_pool_id(pool).username(username);
            request.group_name(group).send().await.map(drop).map_err(PoolError::of)
        } else {
            let request = self.sdk.admin_remove_user_from_group().user_pool_id(pool).username(username);
            request.group_name(group).send().await.map(drop).map_err(PoolError::of)
        }
    }
}

fn person(user: UserType) -> Person {
    let attribute = |name: &str| {
        let found = user.attributes().iter().find(|attribute| attribute.name() == name)?;
        found.value().filter(|value| !value.is_empty()).map(str::to_owned)
    };
    Person {
        sub: attribute("sub").unwrap_or_default(),
        email: attribute("email"),
        name: attribute("name"),
        enabled: user.enabled,
        status: user.user_status().map_or_else(|| "UNKNOWN".to_owned(), |status| status.as_str().to_owned()),
        groups: Vec::new(),
        created_at: user.user_create_date().map(aws_sdk_cognitoidentityprovider::primitives::DateTime::secs),
        username: user.username.unwrap_or_default(),
    }
}
