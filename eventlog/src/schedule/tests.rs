use super::*;
use crate::contract::random::Random;
use std::time::Duration;

const SECOND_US: i64 = 1_000_000;
const NOW_US: i64 = 1_000_000 * SECOND_US;

fn job(number: u128, project: &str, priority: u8, waited_s: i64) -> Job {
    Job {
        id: Uuid::from_u128(number),
        story_id: format!("story-{number}"),
        project_id: project.into(),
        priority,
        enqueued_us: NOW_US - waited_s * SECOND_US,
    }
}

fn limits(per_project: usize) -> QueueLimits {
    QueueLimits {
        per_project,
        lease: Duration::from_secs(60),
        age_step: Duration::from_secs(600),
    }
}

fn rules<'a>(projects: &'a Projects, pauses: &'a Pauses, limits: &'a QueueLimits) -> Rules<'a> {
    Rules {
        projects,
        pauses,
        limits,
        now_us: NOW_US,
    }
}

fn candidates(jobs: &[Job]) -> Vec<Candidate<'_>> {
    let free = |job| Candidate {
        job,
        not_before_us: 0,
    };
    jobs.iter().map(free).collect()
}

fn ordered(jobs: &[Job], projects: &Projects, per_project: usize) -> Vec<(u128, String)> {
    let pauses = Pauses::default();
    let limits = limits(per_project);
    let placed = order(&candidates(jobs), rules(projects, &pauses, &limits));
    let told = placed
        .into_iter()
        .map(|p| (jobs[p.index].id.as_u128(), p.waiting_for));
    told.collect()
}

fn numbers(order: &[(u128, String)]) -> Vec<u128> {
    order.iter().map(|(number, _)| *number).collect()
}

#[test]
fn a_job_rises_one_priority_with_every_age_step_and_never_above_the_first() {
    let priority = |waited_s| effective_priority(&job(1, "web", 3, waited_s), &limits(1), NOW_US);
    let risen = [0, 599, 600, 1200, 1800, 1_000_000].map(priority);
    assert_eq!(risen, [3, 3, 2, 1, 0, 0]);
    let from_the_future = effective_priority(&job(1, "web", 3, -50), &limits(1), NOW_US);
    assert_eq!(from_the_future, 3);
}

#[test]
fn priority_comes_before_turns_and_turns_before_age() {
    let jobs = [
        job(1, "web", 1, 30),
        job(2, "web", 1, 20),
        job(3, "app", 1, 10),
        job(4, "app", 0, 1),
    ];
    let order = ordered(&jobs, &Projects::new(), 9);
    assert_eq!(numbers(&order), [4, 1, 3, 2]);
}

#[test]
fn the_project_that_was_served_longest_ago_is_next() {
    let jobs = [job(1, "web", 1, 30), job(2, "app", 1, 20)];
    let served = |last_turn| Served {
        running: 0,
        last_turn,
    };
    let projects = Projects::from([("web".into(), served(8)), ("app".into(), served(3))]);
    assert_eq!(numbers(&ordered(&jobs, &projects, 9)), [2, 1]);
}

#[test]
fn a_full_project_waits_and_the_reason_names_it() {
    let jobs = [
        job(1, "web", 0, 30),
        job(2, "app", 3, 1),
        job(3, "app", 3, 0),
    ];
    let full = Served {
        running: 1,
        last_turn: 1,
    };
    let projects = Projects::from([("web".to_owned(), full)]);
    let order = ordered(&jobs, &projects, 1);
    let expected = [
        (2, "waits for a free worker"),
        (1, "project web is at its limit of 1"),
        (
            3,
            "project app may run 1 at once, and others of it are ahead",
        ),
    ];
    assert_eq!(order, expected.map(|(n, text)| (n, text.to_owned())));
    let pauses = Pauses::default();
    let next = next(candidates(&jobs), rules(&projects, &pauses, &limits(1)));
    assert_eq!(next.unwrap().id.as_u128(), 2);
}

#[test]
fn each_job_that_may_run_tells_how_many_are_ahead_of_it() {
    let jobs = [3, 2, 1].map(|number| job(number, "web", 1, i64::try_from(number).unwrap()));
    let expected = [
        (3, "waits for a free worker"),
        (2, "1 ahead of it"),
        (1, "2 ahead of it"),
    ];
    let expected = expected.map(|(n, text)| (n, text.to_owned()));
    assert_eq!(ordered(&jobs, &Projects::new(), 9), expected);
}

#[test]
fn a_paused_project_waits_behind_those_that_may_run_and_says_who_paused_it() {
    let jobs = [job(1, "web", 0, 30), job(2, "app", 3, 1)];
    let mut pauses = Pauses::default();
    pauses.add(pause(Some("web"))).unwrap();
    let (projects, limits) = (Projects::new(), limits(9));
    let rules = rules(&projects, &pauses, &limits);
    let order = order(&candidates(&jobs), rules);
    let told = order.iter().map(|p| (p.index, p.waiting_for.as_str()));
    let expected = [
        (1, "waits for a free worker"),
        (0, "project web is paused by ann"),
    ];
    assert!(told.eq(expected), "{order:?}");
    let next = next(candidates(&jobs), rules);
    assert_eq!(next.unwrap().id.as_u128(), 2);
}

#[test]
fn a_paused_queue_keeps_the_order_and_hands_nothing_out() {
    let jobs = [job(1, "web", 1, 30), job(2, "app", 0, 1)];
    let mut pauses = Pauses::default();
    pauses.add(pause(None)).unwrap();
    let (projects, limits) = (Projects::new(), limits(9));
    let rules = rules(&projects, &pauses, &limits);
    assert!(next(candidates(&jobs), rules).is_none());
    let order = order(&candidates(&jobs), rules);
    let told = order.iter().map(|p| (p.index, p.waiting_for.as_str()));
    let words = "the queue is paused by ann";
    assert!(told.eq([(1, words), (0, words)]), "{order:?}");
}

fn pause(project: Option<&str>) -> crate::Pause {
    crate::Pause {
        project_id: project.map(str::to_owned),
        by: "ann".into(),
        since_us: NOW_US,
    }
}

#[test]
fn a_delayed_job_comes_last_and_says_when() {
    let jobs = [job(1, "web", 0, 30), job(2, "web", 3, 0)];
    let mut candidates = candidates(&jobs);
    candidates[0].not_before_us = NOW_US + 1_500_000;
    let (projects, pauses, limits) = (Projects::new(), Pauses::default(), limits(9));
    let order = order(&candidates, rules(&projects, &pauses, &limits));
    let told: Vec<_> = order
        .iter()
        .map(|p| (p.index, p.waiting_for.as_str()))
        .collect();
    let expected = [
        (1, "waits for a free worker"),
        (0, "its next attempt in 2 s"),
    ];
    assert_eq!(told, expected);
    let later = Rules {
        now_us: NOW_US + 2_000_000,
        ..rules(&projects, &pauses, &limits)
    };
    let later = next(candidates, later);
    assert_eq!(later.unwrap().id.as_u128(), 1);
}

#[test]
fn the_next_job_is_the_first_of_the_order_that_may_run() {
    let mut random = Random(7);
    for _ in 0..500 {
        let jobs: Vec<Job> = (0..u128::from(random.below(12)))
            .map(|number| {
                let project = format!("project-{}", random.below(4));
                let priority = u8::try_from(random.below(4)).unwrap();
                let waited_s = i64::try_from(random.below(4000)).unwrap();
                job(number, &project, priority, waited_s)
            })
            .collect();
        let mut candidates = candidates(&jobs);
        for candidate in &mut candidates {
            let delay_s = i64::try_from(random.below(3)).unwrap() - 1;
            candidate.not_before_us = NOW_US + delay_s * SECOND_US;
        }
        let mut projects = Projects::new();
        for project in 0..random.below(4) {
            let served = Served {
                running: usize::try_from(random.below(3)).unwrap(),
                last_turn: random.below(5),
            };
            projects.insert(format!("project-{project}"), served);
        }
        let (pauses, limits) = (Pauses::default(), limits(2));
        let rules = rules(&projects, &pauses, &limits);
        let order = order(&candidates, rules);
        let first = order.iter().find(|p| p.reason == Reason::Worker);
        let first = first.map(|p| jobs[p.index].id);
        let next = next(candidates.clone(), rules);
        assert_eq!(next.map(|job| job.id), first);
        let mut indexes: Vec<_> = order.iter().map(|p| p.index).collect();
        indexes.sort_unstable();
        assert!(indexes.into_iter().eq(0..jobs.len()), "each is listed once");
    }
}

/// Two workers, sessions of 1 to 120 s, and a stream of urgent jobs of one busy project that alone would fill both.
/// Even so every job of the quiet projects runs, within a bound, and no cap is broken.
#[test]
fn a_flood_of_urgent_jobs_starves_nobody() {
    for seed in 1..=20 {
        let longest_s = simulate(&mut Random(seed), 20_000);
        assert!(longest_s < 4 * 600 + 1200, "seed {seed}: {longest_s} s");
    }
}

/// Gives the longest wait of a quiet project's job, in seconds.
fn simulate(random: &mut Random, duration_s: i64) -> i64 {
    const WORKERS: usize = 2;
    let (limits, pauses) = (limits(2), Pauses::default());
    let (mut waiting, mut running) = (Vec::<Job>::new(), Vec::<(i64, String)>::new());
    let (mut projects, mut turn, mut longest_s) = (Projects::new(), 0, 0);
    for second in 0..duration_s {
        let now_us = NOW_US + second * SECOND_US;
        let number = u128::try_from(second).unwrap();
        if second % 20 == 0 {
            waiting.push(job(2 * number, "busy", 0, -second));
        }
        if random.below(200) == 0 {
            let project = format!("quiet-{}", random.below(3));
            let priority = u8::try_from(1 + random.below(3)).unwrap();
            waiting.push(job(2 * number + 1, &project, priority, -second));
        }
        running.retain(|(ends, project)| {
            let ended = *ends <= second;
            if ended {
                projects.get_mut(project).unwrap().running -= 1;
            }
            !ended
        });
        while running.len() < WORKERS {
            let rules = Rules {
                now_us,
                ..rules(&projects, &pauses, &limits)
            };
            let Some(id) = next(candidates(&waiting), rules).map(|j| j.id) else {
                break;
            };
            let job = waiting.remove(waiting.iter().position(|job| job.id == id).unwrap());
            turn += 1;
            let served: &mut Served = projects.entry(job.project_id.clone()).or_default();
            served.running += 1;
            served.last_turn = turn;
            assert!(served.running <= limits.per_project);
            if job.project_id != "busy" {
                longest_s = longest_s.max((now_us - job.enqueued_us) / SECOND_US);
            }
            let length_s = i64::try_from(1 + random.below(120)).unwrap();
            running.push((second + length_s, job.project_id));
        }
    }
    let waited_s = |job: &Job| duration_s - (job.enqueued_us - NOW_US) / SECOND_US;
    let left = waiting.iter().filter(|job| job.project_id != "busy");
    left.map(waited_s).max().unwrap_or(0).max(longest_s)
}
