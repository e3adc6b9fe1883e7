//! What every page has around its own content.
use super::Viewer;
use crate::{assets, dashboard::Site};
use axum::http::{HeaderMap, header};

pub const THEME_COOKIE: &str = "errand-theme";

/// Light, dark, or as the system says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn of(headers: &HeaderMap) -> Self {
        let cookies = headers.get_all(header::COOKIE).iter();
        let mut pairs = cookies
            .filter_map(|c| c.to_str().ok())
            .flat_map(|c| c.split(';'));
        let ours = pairs.find_map(|pair| pair.trim().strip_prefix(THEME_COOKIE)?.strip_prefix('='));
        match ours {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Auto,
        }
    }
}

/// The entry of the navigation that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Chat,
    Agents,
    History,
    Queue,
    Health,
    None,
}

impl Tab {
    fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Agents => "agents",
            Self::History => "history",
            Self::Queue => "queue",
            Self::Health => "health",
            Self::None => "",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Shell {
    pub title: String,
    pub theme: Theme,
    /// The name of whoever has signed in; empty where nobody has to.
    pub signed_in: String,
    pub tab: Tab,
    /// The project that the Agents and History entries lead to.
    pub project: String,
    pub sandbox: bool,
    /// Where the page's fragments come from; empty when it is not live.
    pub events: String,
    pub asset_version: &'static str,
}

impl Shell {
    pub fn new(site: &Site, viewer: Viewer, tab: Tab, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            theme: viewer.theme,
            signed_in: viewer.name,
            tab,
            project: site.config.default_project.clone(),
            sandbox: site.config.sandbox,
            events: String::new(),
            asset_version: &assets::VERSION,
        }
    }

    pub fn of_project(mut self, project: &str) -> Self {
        if !project.is_empty() {
            project.clone_into(&mut self.project);
        }
        self
    }

    pub fn live(mut self, scope: &crate::fragments::Scope) -> Self {
        self.events = format!("/events?scope={scope}");
        self
    }

    /// `aria-current` for an entry of the navigation.
    pub fn current(&self, tab: &str) -> &'static str {
        if self.tab.as_str() == tab {
            "page"
        } else {
            "false"
        }
    }
}
