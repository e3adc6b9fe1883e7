//! A batch: what came of it, its report and its stories.
use super::{Fragment, lines::BatchParts};
use crate::{dashboard::Site, markdown, problem::Problem, view::BatchLine};
use askama::Template;

#[derive(Template)]
#[template(path = "fragments/batch.html")]
struct BatchView<'a> {
    batch: BatchLine,
    project: &'a str,
    /// Sanitised HTML; empty until every story has ended.
    report: String,
}

/// `None` when there is no such batch; `id` is whole.
pub async fn batch(site: &Site, id: &str) -> Result<Option<Fragment>, Problem> {
    let Some(row) = site.db().batch(id).await? else {
        return Ok(None);
    };
    let mut parts = BatchParts::load(site, std::slice::from_ref(&row.id)).await?;
    let view = BatchView {
        batch: parts.line(&row),
        project: &row.project_id,
        report: markdown::to_html(&row.report),
    };
    Fragment::render("batch", &view).map(Some)
}
