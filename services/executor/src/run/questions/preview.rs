//! What the tool in question would do, for whoever decides about it. Pure.
use serde_json::Value;

/// Lines of a change that are shown; the whole is in the tool's input.
const MAX_LINES: usize = 12;
const MAX_LINE_CHARS: usize = 160;

/// Names that agents give to what a tool runs, where it writes, what it takes away and what it puts there.
const COMMAND: [&str; 2] = ["command", "cmd"];
const PATH: [&str; 4] = ["file_path", "path", "notebook_path", "url"];
const BEFORE: [&str; 3] = ["old_string", "old_text", "oldText"];
const AFTER: [&str; 5] = ["content", "new_string", "new_text", "newText", "new_source"];

/// `title`, and below it what its words do not say. `input` holds no secret any more: a cut must not hide one.
pub fn with(title: &str, input: &str) -> String {
    let lines: Vec<_> = lines(input)
        .into_iter()
        .filter(|line| !title.contains(line.trim_start_matches("$ ")))
        .collect();
    if lines.is_empty() {
        return title.to_owned();
    }
    let left_out = lines.len().saturating_sub(MAX_LINES);
    let mut shown: Vec<String> = lines.iter().take(MAX_LINES).map(|it| code(it)).collect();
    if left_out > 0 {
        shown.push(code(&format!("… {left_out} more lines")));
    }
    format!("{title}\n\n{}", shown.join("\n"))
}

fn lines(input: &str) -> Vec<String> {
    let input = match serde_json::from_str(input) {
        Ok(Value::Object(fields)) => fields,
        _ => return Vec::new(),
    };
    let named = |names: &[&str]| {
        let mut values = names.iter().filter_map(|name| input.get(*name)?.as_str());
        values.next().unwrap_or_default()
    };
    let prefixed = |prefix: &'static str, text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| format!("{prefix}{line}"));
        lines.collect()
    };
    let parts = [
        prefixed("$ ", named(&COMMAND)),
        prefixed("", named(&PATH)),
        prefixed("- ", named(&BEFORE)),
        prefixed("+ ", named(&AFTER)),
    ];
    match parts.concat() {
        known if !known.is_empty() => known,
        _ => input
            .iter()
            .map(|(name, it)| format!("{name}: {it}"))
            .collect(),
    }
}

/// A line of code in Markdown, which a terminal shows as well.
fn code(line: &str) -> String {
    let shown: String = line.chars().take(MAX_LINE_CHARS).collect();
    let cut = if shown.len() < line.len() { "…" } else { "" };
    format!("    {shown}{cut}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(title: &str, input: &Value) -> String {
        with(title, &input.to_string())
    }

    #[test]
    fn a_command_and_a_change_are_shown_and_a_title_that_says_it_all_stays_alone() {
        let command = json!({"command": "rm -rf dist\nnpm run build", "timeout": 5});
        assert_eq!(
            shown("Clean up", &command),
            "Clean up\n\n    $ rm -rf dist\n    $ npm run build"
        );
        let edit = json!({"file_path": "a.rs", "old_string": "one", "new_string": "two\nthree"});
        assert_eq!(
            shown("Edit a.rs", &edit),
            "Edit a.rs\n\n    - one\n    + two\n    + three"
        );
        let said = json!({"command": "ls"});
        assert_eq!(shown("Bash ls", &said), "Bash ls");
        assert_eq!(with("Go on?", ""), "Go on?");
    }

    #[test]
    fn what_is_long_is_cut_and_an_unknown_input_is_shown_as_it_is() {
        let many = json!({"content": "x\n".repeat(20), "path": "y".repeat(500)});
        let text = shown("Write", &many);
        assert_eq!(text.lines().count(), 2 + MAX_LINES + 1);
        assert!(
            text.ends_with("… 9 more lines") && text.len() < 700,
            "{text}"
        );
        let unknown = json!({"files": ["a.html", "b.css"]});
        let text = shown("Add a form", &unknown);
        assert_eq!(text, "Add a form\n\n    files: [\"a.html\",\"b.css\"]");
    }
}
