//! One message as an element: words, the live card of a spawned agent or of several, buttons.
use super::super::Fragment;
use crate::{
    dashboard::Site,
    markdown,
    problem::Problem,
    view::{Link, StoryCard},
    when::{self, Moment},
};
use askama::Template;
use errand_projections::{
    batches::{BatchRow, BatchStory},
    conversations::{Message, MessageKind},
    parts::Action,
    sessions::SessionFilter,
};
use std::collections::{BTreeSet, HashMap};

/// A message that is still being written stands after all others.
const ORDER_OF_STREAMING: i64 = i64::MAX >> 11;

/// The cards of the stories that some messages announce, alone or in a batch.
pub struct Cards {
    stories: HashMap<String, StoryCard>,
    batches: HashMap<String, BatchRow>,
}

impl Cards {
    pub async fn load(site: &Site, messages: &[Message]) -> Result<Self, Problem> {
        let mut batches = HashMap::new();
        for message in messages.iter().filter(|m| m.kind == MessageKind::Batch) {
            if let Some(batch) = site.db().batch(&message.id).await? {
                batches.insert(batch.id.clone(), batch);
            }
        }
        let spawns = messages.iter().filter(|m| m.kind == MessageKind::Spawn);
        let batched = batches.values().flat_map(|batch| batch.stories.iter());
        let alone = spawns.map(|m| m.story_id.as_str());
        let ids: BTreeSet<_> = alone.chain(batched.map(|s| s.story_id.as_str())).collect();
        let stories = story_cards(site, ids).await?;
        Ok(Self { stories, batches })
    }

    fn alone(&self, story_id: &str) -> Option<&StoryCard> {
        let mut batched = self.batches.values().flat_map(|batch| batch.stories.iter());
        let is_batched = batched.any(|story| story.story_id == story_id);
        self.stories.get(story_id).filter(|_| !is_batched)
    }

    fn batch(&self, id: &str) -> Option<BatchCard<'_>> {
        let batch = self.batches.get(id)?;
        let card = |story: &BatchStory| self.stories.get(&story.story_id);
        let cards: Vec<_> = batch.stories.iter().filter_map(card).collect();
        let (ended, all) = batch.progress();
        Some(BatchCard {
            title: &batch.title,
            progress: format!("{ended} of {all} ended"),
            can_cancel: cards.iter().any(|card| card.can_cancel),
            cards,
        })
    }
}

/// Several stories in one card.
struct BatchCard<'a> {
    title: &'a str,
    /// "2 of 4 ended".
    progress: String,
    cards: Vec<&'a StoryCard>,
    can_cancel: bool,
}

async fn story_cards(
    site: &Site,
    ids: BTreeSet<&str>,
) -> Result<HashMap<String, StoryCard>, Problem> {
    let mut cards = HashMap::new();
    let mut queue = None;
    for id in ids {
        let Some(story) = site.db().story(id).await? else {
            continue;
        };
        let filter = SessionFilter {
            story: Some(story.id.clone()),
            limit: 1,
            ..SessionFilter::default()
        };
        let session = site.db().sessions(&filter).await?.pop();
        let queue = match &mut queue {
            Some(queue) => queue,
            none => none.insert(site.queue.list(&site.queue_limits).await?),
        };
        let card = StoryCard::of(&story, session.as_ref(), queue);
        cards.insert(story.id.clone(), card);
    }
    Ok(cards)
}

#[derive(Template)]
#[template(path = "fragments/message.html")]
struct MessageView<'a> {
    id: &'a str,
    conversation_id: &'a str,
    story_id: &'a str,
    kind: &'a str,
    order: i64,
    author: &'static str,
    at: Option<Moment>,
    /// Plain text of a person's message.
    text: &'a str,
    /// Sanitised HTML of any other.
    html: String,
    buttons: &'a [Action],
    /// The buttons can no longer be pressed.
    spent: bool,
    pressed: Option<&'a str>,
    answer: &'a str,
    /// Who answered a question.
    answered_by: &'a str,
    reason: &'a str,
    card: Option<&'a StoryCard>,
    batch: Option<BatchCard<'a>>,
    pull_request: Option<Link>,
    /// How the story ended, in a completion message.
    status: &'a str,
    streaming: bool,
}

pub fn render(message: &Message, cards: &Cards) -> Result<Fragment, Problem> {
    let is_user = message.kind == MessageKind::User;
    let is_completion = message.kind == MessageKind::Completion;
    let spent = message.spent;
    let pressed = message
        .actions
        .iter()
        .find(|a| a.id == message.pressed_action_id);
    let view = MessageView {
        id: &message.id,
        conversation_id: &message.conversation_id,
        story_id: &message.story_id,
        kind: message.kind.as_str(),
        order: message.seq,
        author: author(message.kind),
        at: Some(when::moment(message.created_at)),
        text: if is_user { &message.text } else { "" },
        html: if is_user {
            String::new()
        } else {
            markdown::to_html(&message.text)
        },
        buttons: if spent { &[] } else { &message.actions },
        spent,
        pressed: pressed.map(|a| a.label.as_str()),
        answer: &message.answer,
        answered_by: &message.user_id,
        reason: &message.reason,
        card: cards
            .alone(&message.story_id)
            .filter(|_| message.kind == MessageKind::Spawn),
        batch: cards.batch(&message.id),
        pull_request: Link::pull_request(&message.pr_url)
            .filter(|pr| is_completion && !message.text.contains(&pr.url)),
        status: &message.status,
        streaming: false,
    };
    Fragment::render(format!("msg-{}", message.id), &view)
}

/// A reply as far as it is written.
pub fn streaming(message_id: &str, text: &str) -> Result<Fragment, Problem> {
    let view = MessageView {
        id: message_id,
        conversation_id: "",
        story_id: "",
        kind: MessageKind::Assistant.as_str(),
        order: ORDER_OF_STREAMING,
        author: author(MessageKind::Assistant),
        at: None,
        text: "",
        html: markdown::to_html(text),
        buttons: &[],
        spent: true,
        pressed: None,
        answer: "",
        answered_by: "",
        reason: "",
        card: None,
        batch: None,
        pull_request: None,
        status: "",
        streaming: true,
    };
    Fragment::render(format!("msg-{message_id}"), &view)
}

fn author(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::User => "You",
        MessageKind::Assistant | MessageKind::Failed => "Head of Product",
        MessageKind::Spawn | MessageKind::Completion | MessageKind::Batch | MessageKind::Report => {
            "Errand"
        }
        MessageKind::Question => "The agent asks",
    }
}
