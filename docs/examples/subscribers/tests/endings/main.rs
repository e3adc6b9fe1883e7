//! The example subscribers, in every language, beside a real nats-server: nothing is missed, nothing is done twice,
//! what cannot be done is among the dead letters.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]
mod installed;
mod live;
mod program;
mod stories;

use errand_eventlog::{DeadLetter, DeadLetters};
use errand_nats::{NatsLog, NatsOptions};
use errand_servers::{insist, nats};
use program::Program;
use std::{fs, sync::Arc};
use stories::Stories;

/// Stories that end before the programs are cut off, and after.
const STORIES: usize = 40;

async fn log(server: &nats::Server) -> Arc<NatsLog> {
    let url = server.url();
    insist("a log on the server", || {
        NatsLog::connect(NatsOptions::new(&url))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_in_the_middle_none_misses_an_ending_or_writes_one_twice() {
    let Some(server) = nats::Server::start("") else {
        return nats::skipped();
    };
    let mut stories = Stories::on(log(&server).await);
    stories.end(STORIES).await;
    let mut programs = installed::programs(&server.url());
    for program in &mut programs {
        program.start();
    }
    for program in &mut programs {
        program.has_written(stories.ended.len() / 2).await;
        program.cut_off();
    }
    stories.deliver_the_last_again(&server.url()).await;
    stories.end(STORIES).await;
    for program in &mut programs {
        program.start();
    }
    for program in &mut programs {
        program.has_written(stories.ended.len()).await;
        assert_eq!(program.written(), stories.ended, "{}", program.name);
        program.printed_nothing_twice();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_set_aside_and_done_when_a_person_sends_it_back() {
    let Some(server) = nats::Server::start("") else {
        return nats::skipped();
    };
    let log = log(&server).await;
    let mut stories = Stories::on(log.clone());
    let poison = stories.append_what_is_no_message(&server.url()).await;
    stories.end(1).await;
    let stuck = stories.ended.keys().next().unwrap().clone();
    let mut programs = installed::programs(&server.url());
    for program in &mut programs {
        fs::create_dir(program.file(&stuck)).unwrap();
        program.start();
    }
    for program in &mut programs {
        let unread = letter(&log, program, &poison).await;
        assert!(!unread.reason.is_empty(), "{}", program.name);
        let letter = letter(&log, program, &stuck).await;
        assert!(letter.reason.contains("5 attempts"), "{}", letter.reason);
        assert_eq!(letter.attempts, 5, "{}", program.name);
        fs::remove_dir(program.file(&stuck)).unwrap();
        assert!(log.redrive(letter.id).await.unwrap());
        program.has_written(1).await;
        assert_eq!(program.written(), stories.ended, "{}", program.name);
    }
}

/// The letter of a program about an event.
async fn letter(log: &NatsLog, program: &Program, event: &str) -> DeadLetter {
    insist(&format!("a letter of {}", program.name), || async {
        let letters = log.list(100).await.map_err(|error| error.to_string())?;
        let is_it = |letter: &DeadLetter| {
            letter.group == program.name && letter.event.envelope.id.to_string() == event
        };
        letters.into_iter().find(is_it).ok_or_else(|| program.log())
    })
    .await
}
