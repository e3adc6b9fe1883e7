//! Who outside was told.
use super::super::Fragment;
use crate::{
    problem::Problem,
    view::Link,
    when::{self, Moment},
};
use askama::Template;
use errand_projections::notifications::{NotificationRow, NotificationStatus};

#[derive(Template)]
#[template(path = "fragments/story_told.html")]
struct Told {
    rows: Vec<ToldRow>,
}

struct ToldRow {
    channel: String,
    sent: bool,
    reason: String,
    link: Option<Link>,
    at: Moment,
}

pub fn told(rows: &[NotificationRow]) -> Result<Fragment, Problem> {
    let row = |n: &NotificationRow| ToldRow {
        channel: n.channel.clone(),
        sent: n.status == NotificationStatus::Sent,
        reason: n.reason.clone(),
        link: Link::to(&n.permalink, "message"),
        at: when::moment(n.sent_at.unwrap_or(n.created_at)),
    };
    let view = Told {
        rows: rows.iter().map(row).collect(),
    };
    Fragment::render("told", &view)
}
