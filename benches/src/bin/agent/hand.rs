//! The loop by hand, on async-openai: it sends what there is, performs the call, and appends both.

use crate::tools::{PROMPT, QUESTION, Report, read, report, search};
use async_openai::types::chat::{
    ChatCompletionMessageToolCalls, ChatCompletionNamedToolChoice, ChatCompletionRequestAssistantMessage,
    ChatCompletionRequestMessage, ChatCompletionRequestSystemMessage, ChatCompletionRequestToolMessage,
    ChatCompletionRequestUserMessage, ChatCompletionTool, ChatCompletionToolChoiceOption, ChatCompletionTools,
    CreateChatCompletionRequest, CreateChatCompletionResponse, FunctionName, FunctionObject, ToolChoiceOptions,
};
use loomflow::model::{Tool, ToolSpec};
use serde_json::Value;

/// What the loop asks, as the client of async-openai is asked.
pub(crate) trait Client {
    /// The reply to a request.
    async fn create(&self, request: CreateChatCompletionRequest) -> CreateChatCompletionResponse;
}

/// The tools, told in async-openai's words once for all runs.
pub(crate) struct Loop {
    first: Vec<ChatCompletionTools>,
    later: Vec<ChatCompletionTools>,
}

fn told(spec: &ToolSpec) -> ChatCompletionTools {
    let function = FunctionObject {
        name: spec.name.clone(),
        description: Some(spec.description.clone()),
        parameters: Some(Value::clone(&spec.parameters)),
        strict: Some(true),
    };
    ChatCompletionTools::Function(ChatCompletionTool { function })
}

impl Loop {
    pub(crate) fn new() -> Self {
        let first = vec![told(<search as Tool>::spec())];
        let later = [<search as Tool>::spec(), <read as Tool>::spec(), <report as Tool>::spec()].map(told).to_vec();
        Loop { first, later }
    }

    /// One run.
    pub(crate) async fn run(&self, client: &impl Client) -> Report {
        let mut messages: Vec<ChatCompletionRequestMessage> = vec![
            ChatCompletionRequestSystemMessage::from(PROMPT).into(),
            ChatCompletionRequestUserMessage::from(QUESTION).into(),
        ];
        let function = FunctionName { name: <search as Tool>::NAME.to_owned() };
        let named = ChatCompletionToolChoiceOption::Function(ChatCompletionNamedToolChoice { function });
        let (mut tools, mut choice) = (&self.first, named);
        loop {
            let request = CreateChatCompletionRequest {
                model: "scripted".to_owned(),
                messages: messages.clone(),
                tools: Some(tools.clone()),
                tool_choice: Some(choice),
                parallel_tool_calls: Some(false),
                ..CreateChatCompletionRequest::default()
            };
            let reply = client.create(request).await;
            let said = reply.choices.into_iter().next().expect("a reply has a choice").message;
            let calls = said.tool_calls.expect("it calls a tool");
            let [ChatCompletionMessageToolCalls::Function(call)] = calls.as_slice() else {
                panic!("it makes one call");
            };
            let arguments = &call.function.arguments;
            let output = match call.function.name.as_str() {
                "search" => {
                    let call: <search as Tool>::Args = serde_json::from_str(arguments).expect("arguments");
                    serde_json::to_string(&search(&call.words)).expect("hits are JSON")
                }
                "read" => {
                    let call: <read as Tool>::Args = serde_json::from_str(arguments).expect("arguments");
                    read(&call.file, call.line)
                }
                "report" => {
                    let call: <report as Tool>::Args = serde_json::from_str(arguments).expect("arguments");
                    return report(call.title, call.body);
                }
                unknown => panic!("there is no tool {unknown}"),
            };
            let answered = ChatCompletionRequestToolMessage { content: output.into(), tool_call_id: call.id.clone() };
            let said = ChatCompletionRequestAssistantMessage {
                tool_calls: Some(calls),
                ..ChatCompletionRequestAssistantMessage::default()
            };
            messages.extend([said.into(), answered.into()]);
            (tools, choice) = (&self.later, ChatCompletionToolChoiceOption::Mode(ToolChoiceOptions::Required));
        }
    }
}
