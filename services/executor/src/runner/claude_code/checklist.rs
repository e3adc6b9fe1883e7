//! The program's plan, which it keeps with tools: one for the whole list, or one for each task.

use serde_json::Value;

use super::super::update::{PlanPriority, PlanStatus, PlanStep};

/// The tasks so far, by the ids that the program gives them.
#[derive(Debug, Default)]
pub(super) struct Checklist {
    tasks: Vec<(String, PlanStep)>,
}

impl Checklist {
    /// Learns from a tool call that succeeded; answers the whole plan when it changed.
    pub(super) fn learn(
        &mut self,
        tool: &str,
        input: &Value,
        result: &Value,
    ) -> Option<Vec<PlanStep>> {
        match tool {
            "TodoWrite" => self.write(input),
            "TaskCreate" => self.create(input, result),
            "TaskUpdate" => self.update(input),
            _ => None,
        }
    }

    fn write(&mut self, input: &Value) -> Option<Vec<PlanStep>> {
        let todos = input["todos"].as_array()?;
        let task = |todo: &Value| {
            let text = todo["content"].as_str()?;
            Some((String::new(), step(text, status(&todo["status"]))))
        };
        self.tasks = todos.iter().filter_map(task).collect();
        Some(self.steps())
    }

    fn create(&mut self, input: &Value, result: &Value) -> Option<Vec<PlanStep>> {
        let id = result["task"]["id"].as_str()?.to_owned();
        let text = input["subject"].as_str()?;
        self.tasks.push((id, step(text, PlanStatus::Pending)));
        Some(self.steps())
    }

    fn update(&mut self, input: &Value) -> Option<Vec<PlanStep>> {
        let id = input["taskId"].as_str()?;
        if input["status"] == "deleted" {
            self.tasks.retain(|(task, _)| task != id);
            return Some(self.steps());
        }
        let (_, step) = self.tasks.iter_mut().find(|(task, _)| task == id)?;
        if let Some(text) = input["subject"].as_str() {
            text.clone_into(&mut step.content);
        }
        if input["status"].is_string() {
            step.status = status(&input["status"]);
        }
        Some(self.steps())
    }

    fn steps(&self) -> Vec<PlanStep> {
        self.tasks.iter().map(|(_, step)| step.clone()).collect()
    }
}

fn step(text: &str, status: PlanStatus) -> PlanStep {
    PlanStep {
        content: text.to_owned(),
        status,
        priority: PlanPriority::Medium,
    }
}

fn status(value: &Value) -> PlanStatus {
    match value.as_str() {
        Some("in_progress") => PlanStatus::InProgress,
        Some("completed") => PlanStatus::Completed,
        _ => PlanStatus::Pending,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(steps: Option<Vec<PlanStep>>) -> Vec<(String, PlanStatus)> {
        let told = |step: PlanStep| (step.content, step.status);
        steps.unwrap().into_iter().map(told).collect()
    }

    #[test]
    fn tasks_are_made_changed_and_taken_away_one_by_one() {
        let mut list = Checklist::default();
        for (id, subject) in [("1", "Look"), ("2", "Build")] {
            let made = json!({"task": {"id": id}});
            list.learn("TaskCreate", &json!({"subject": subject}), &made);
        }
        let done = json!({"taskId": "1", "status": "completed"});
        let steps = list.learn("TaskUpdate", &done, &Value::Null);
        let expected = [
            ("Look".to_owned(), PlanStatus::Completed),
            ("Build".to_owned(), PlanStatus::Pending),
        ];
        assert_eq!(told(steps), expected);
        let gone = json!({"taskId": "1", "status": "deleted"});
        let steps = list.learn("TaskUpdate", &gone, &Value::Null);
        assert_eq!(told(steps), expected[1..]);
        let unknown = json!({"taskId": "9", "status": "completed"});
        assert_eq!(list.learn("TaskUpdate", &unknown, &Value::Null), None);
    }

    #[test]
    fn a_whole_list_replaces_the_one_before() {
        let mut list = Checklist::default();
        let todos = json!({"todos": [{"content": "Test", "status": "in_progress"}]});
        let steps = list.learn("TodoWrite", &todos, &Value::Null);
        assert_eq!(told(steps), [("Test".to_owned(), PlanStatus::InProgress)]);
        assert_eq!(list.learn("Read", &todos, &Value::Null), None);
    }
}
