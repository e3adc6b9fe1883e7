//! The scripted model behind a coding agent: it makes a real program edit real files, by the tools that the program
//! offers. Pure: what was said so far decides what is said next.
//!
//! Words in the prompt choose what it does beside its work: `sandbox:question` asks the user first, `sandbox:permission`
//! runs a command that nobody allowed, `sandbox:hang` runs one that does not end.

use serde_json::{Value, json};

use super::reply::{Call, Reply};
use super::request::{Message, MessagesRequest};

const WRITE: &str = "Write";
const EDIT: &str = "Edit";
const BASH: &str = "Bash";
const ASK: &str = "AskUserQuestion";
const CREATE_TASK: &str = "TaskCreate";
const UPDATE_TASK: &str = "TaskUpdate";
/// The file that is written where the prompt names none.
const FILE: &str = "sandbox-agent.md";
const FIRST_WORDS: &str = "Not yet checked.";
const LAST_WORDS: &str = "Checked with git status.";
/// What the program puts before its own remarks, which are nobody's prompt.
const REMARK: &str = "<system-reminder>";
/// The program's words before the folder it works in.
const FOLDER: &str = "orking directory: ";
/// The program's words before what its user said in the middle of the work.
const MEANWHILE: &str = "new message while you were working:";
const MAX_ECHO_CHARS: usize = 200;

/// Whether the client is a program that edits files.
pub(super) fn is_coding_agent(request: &MessagesRequest) -> bool {
    [WRITE, EDIT, BASH].iter().all(|tool| request.offers(tool))
}

/// What the model says next.
pub(super) fn answer(request: &MessagesRequest) -> Reply {
    let work = Work::of(request);
    match work.steps(request).into_iter().nth(work.results.len()) {
        Some((thought, call)) => Reply::calling("", vec![call]).thinking(thought),
        None => Reply::words(&work.summary()),
    }
}

/// The work since the last prompt.
struct Work {
    prompt: String,
    folder: String,
    /// What the tools gave back, in order.
    results: Vec<String>,
    /// What the user said in the middle of it.
    meanwhile: Vec<String>,
}

impl Work {
    fn of(request: &MessagesRequest) -> Self {
        let mut work = Self {
            prompt: String::new(),
            folder: folder(request),
            results: Vec::new(),
            meanwhile: Vec::new(),
        };
        for message in &request.messages {
            work.hear(message);
        }
        work
    }

    fn hear(&mut self, message: &Message) {
        if message.role == "assistant" {
            return;
        }
        self.results.extend(message.tool_results());
        for text in message.texts() {
            match text.split_once(MEANWHILE) {
                Some((_, said)) => self.meanwhile.push(first_line(said)),
                None if message.role == "user" && !text.trim_start().starts_with(REMARK) => {
                    self.begin(text);
                }
                None => {}
            }
        }
    }

    /// A new prompt begins new work.
    fn begin(&mut self, prompt: &str) {
        prompt.trim().clone_into(&mut self.prompt);
        self.results.clear();
        self.meanwhile.clear();
    }

    fn steps(&self, request: &MessagesRequest) -> Vec<(&'static str, Call)> {
        let path = self.path();
        let mut steps = Vec::new();
        if self.wants("question") && request.offers(ASK) {
            steps.push(("I need to know more.", Call::new(ASK, question())));
        }
        let has_tasks = request.offers(CREATE_TASK) && request.offers(UPDATE_TASK);
        if has_tasks {
            let task = json!({"subject": format!("Write {}", self.file()), "description": first_line(&self.prompt)});
            steps.push(("First a plan.", Call::new(CREATE_TASK, task)));
        }
        let text = format!(
            "# {}\n\n{}{FIRST_WORDS}\n",
            first_line(&self.prompt),
            self.told()
        );
        let write = json!({"file_path": path, "content": text});
        steps.push(("The file is not there yet.", Call::new(WRITE, write)));
        let edit = json!({"file_path": path, "old_string": FIRST_WORDS, "new_string": LAST_WORDS});
        steps.push(("Its last line has to be true.", Call::new(EDIT, edit)));
        steps.push((
            "Now I look at what changed.",
            Call::new(BASH, self.command()),
        ));
        if has_tasks {
            let done = json!({"taskId": "1", "status": "completed"});
            steps.push(("That was the plan.", Call::new(UPDATE_TASK, done)));
        }
        steps
    }

    fn wants(&self, word: &str) -> bool {
        self.prompt.contains(&format!("sandbox:{word}"))
    }

    fn command(&self) -> Value {
        let command = if self.wants("hang") {
            "sleep 3600"
        } else if self.wants("permission") {
            "node -e \"require('fs').writeFileSync('asked.txt', 'asked')\""
        } else {
            "git status --short"
        };
        json!({"command": command, "description": "Looks at what changed"})
    }

    /// The answer to its question, as the program reports it.
    fn told(&self) -> String {
        let answered = self.wants("question").then(|| self.results.first());
        let told = answered.flatten().map(|it| shortened(it));
        told.map(|told| format!("{told}\n\n")).unwrap_or_default()
    }

    fn path(&self) -> String {
        match self.folder.as_str() {
            "" => self.file(),
            folder => format!("{folder}/{}", self.file()),
        }
    }

    /// The first word of the prompt that looks like the name of a file.
    fn file(&self) -> String {
        let is_name = |word: &&str| {
            word.rsplit_once('.').is_some_and(|(stem, ending)| {
                !stem.is_empty() && (1..=5).contains(&ending.len()) && !word.contains("..")
            }) && word
                .chars()
                .all(|c| c.is_alphanumeric() || "._-".contains(c))
        };
        let words = self.prompt.split_whitespace();
        let mut names = words.map(|word| word.trim_end_matches(['.', ',', '!', '?']));
        names.find(is_name).unwrap_or(FILE).to_owned()
    }

    fn summary(&self) -> String {
        let mut words = format!(
            "I wrote {} by the sandbox's script; no language model was asked.",
            self.file()
        );
        for said in &self.meanwhile {
            words.push_str(&format!(" I also heard: {said}"));
        }
        words
    }
}

fn question() -> Value {
    let option = |label: &str| json!({"label": label, "description": format!("{label}, then")});
    json!({"questions": [{
        "question": "Which colour shall it have?",
        "header": "Colour",
        "multiSelect": false,
        "options": [option("Red"), option("Blue")],
    }]})
}

/// The folder in which the program works, from its own words to the model.
fn folder(request: &MessagesRequest) -> String {
    let texts = request.system_texts();
    let said = texts.iter().find_map(|text| text.split_once(FOLDER));
    said.map(|(_, rest)| first_line(rest)).unwrap_or_default()
}

fn first_line(text: &str) -> String {
    shortened(text.trim().lines().next().unwrap_or_default().trim())
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_ECHO_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(messages: &Value) -> MessagesRequest {
        let tools = ["Write", "Edit", "Bash", "AskUserQuestion"].map(|name| json!({"name": name}));
        serde_json::from_value(
            json!({"model": "m", "max_tokens": 1000, "messages": messages, "tools": tools,
            "system": [{"type": "text", "text": "x\n - Primary working directory: /work\n - y"}]}),
        )
        .expect("a request")
    }

    fn result(text: &str) -> Value {
        json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": text}]})
    }

    #[test]
    fn the_steps_follow_the_results_and_a_new_prompt_begins_anew() {
        let prompt = json!({"role": "user", "content": [{"type": "text", "text": "<system-reminder>x</system-reminder>"},
            {"type": "text", "text": "Add HELLO.md, please."}]});
        let call = |messages: Value| answer(&request(&messages)).calls.first().cloned();
        let first = call(json!([prompt])).expect("a call");
        assert_eq!(first.tool, "Write");
        assert_eq!(first.input["file_path"], "/work/HELLO.md");
        let second = call(json!([prompt, result("ok")])).expect("a call");
        assert_eq!(second.tool, "Edit");
        let done = json!([prompt, result("1"), result("2"), result("3")]);
        assert_eq!(call(done.clone()), None);
        let mut again = done;
        let more = json!({"role": "user", "content": "and more"});
        again.as_array_mut().expect("messages").push(more);
        assert_eq!(
            call(again).expect("a call").input["file_path"],
            "/work/sandbox-agent.md"
        );
    }

    #[test]
    fn what_the_user_says_meanwhile_is_heard_at_the_end() {
        let prompt = json!({"role": "user", "content": "Work"});
        let said = json!({"role": "system", "content": "The user sent a new message while you were working:\nbe quick\n\nIMPORTANT"});
        let words = answer(&request(&json!([
            prompt,
            result("1"),
            said,
            result("2"),
            result("3")
        ])));
        assert!(
            words.text.ends_with("I also heard: be quick"),
            "{}",
            words.text
        );
    }

    #[test]
    fn the_answer_to_its_question_goes_into_the_file() {
        let prompt = json!({"role": "user", "content": "Paint sandbox:question"});
        let asked = answer(&request(&json!([prompt])));
        assert_eq!(asked.calls[0].tool, "AskUserQuestion");
        let told = answer(&request(&json!([prompt, result("\"colour\"=\"Blue\"")])));
        let content = told.calls[0].input["content"].as_str().expect("a text");
        assert!(content.contains("Blue"), "{content}");
    }
}
