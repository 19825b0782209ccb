//! A request in OpenAI's words.

use super::{Dialect, TokenLimit};
use crate::{
    error::ModelError,
    message::{Assistant, Message, ToolCall},
    request::{AnswerSchema, ChatRequest, ToolChoice, ToolSpec},
};
use async_openai::types::chat::{
    ChatCompletionMessageToolCall, ChatCompletionMessageToolCalls, ChatCompletionNamedToolChoice,
    ChatCompletionRequestAssistantMessage, ChatCompletionRequestMessage, ChatCompletionRequestSystemMessage,
    ChatCompletionRequestToolMessage, ChatCompletionRequestUserMessage, ChatCompletionStreamOptions,
    ChatCompletionTool, ChatCompletionToolChoiceOption, ChatCompletionTools, CreateChatCompletionRequest, FunctionCall,
    FunctionName, FunctionObject, ResponseFormat, ResponseFormatJsonSchema, ToolChoiceOptions,
};
use serde_json::Value;

/// The body of the request.
pub(super) fn body(request: &ChatRequest, name: &str, dialect: Dialect, stream: bool) -> Result<Vec<u8>, ModelError> {
    let mut body = CreateChatCompletionRequest {
        messages: request.messages.iter().map(message).collect(),
        model: request.model.as_deref().unwrap_or(name).to_owned(),
        temperature: request.temperature,
        response_format: request.answer.as_ref().map(answer),
        ..CreateChatCompletionRequest::default()
    };
    match dialect.token_limit {
        // It is the only one that servers know which are not OpenAI.
        #[allow(deprecated)]
        TokenLimit::MaxTokens => body.max_tokens = request.max_tokens,
        TokenLimit::MaxCompletionTokens => body.max_completion_tokens = request.max_tokens,
    }
    // Without tools, what is said of tools is refused.
    if !request.tools.is_empty() {
        body.tools = Some(request.tools.iter().map(tool).collect());
        body.tool_choice = choice(&request.tool_choice);
        body.parallel_tool_calls = request.parallel_tool_calls;
    }
    if stream {
        body.stream = Some(true);
        body.stream_options = dialect
            .stream_usage
            .then_some(ChatCompletionStreamOptions { include_usage: Some(true), include_obfuscation: None });
    }
    serde_json::to_vec(&body).map_err(unwritable)
}

/// What cannot be written as JSON; no request of ours is like that.
pub(super) fn unwritable(error: impl std::fmt::Display) -> ModelError {
    ModelError::Setting { name: "request", why: format!("it cannot be written as JSON: {error}") }
}

fn message(message: &Message) -> ChatCompletionRequestMessage {
    match message {
        Message::System { content } => ChatCompletionRequestSystemMessage::from(content.as_str()).into(),
        Message::User { content } => ChatCompletionRequestUserMessage::from(content.as_str()).into(),
        Message::Assistant(said) => assistant(said).into(),
        Message::Tool { tool_call_id, content } => {
            ChatCompletionRequestToolMessage { content: content.as_str().into(), tool_call_id: tool_call_id.clone() }
                .into()
        }
    }
}

fn assistant(said: &Assistant) -> ChatCompletionRequestAssistantMessage {
    let Assistant { content, tool_calls, refusal } = said;
    // Beside calls or a refusal the words may be missing, and nowhere else.
    let silent = content.is_empty() && (refusal.is_some() || !tool_calls.is_empty());
    ChatCompletionRequestAssistantMessage {
        content: (!silent).then(|| content.as_str().into()),
        refusal: refusal.clone(),
        tool_calls: (!tool_calls.is_empty()).then(|| tool_calls.iter().map(call).collect()),
        ..ChatCompletionRequestAssistantMessage::default()
    }
}

fn call(ToolCall { id, name, arguments }: &ToolCall) -> ChatCompletionMessageToolCalls {
    let function = FunctionCall { name: name.clone(), arguments: arguments.clone() };
    ChatCompletionMessageToolCalls::Function(ChatCompletionMessageToolCall { id: id.clone(), function })
}

fn tool(ToolSpec { name, description, parameters, strict }: &ToolSpec) -> ChatCompletionTools {
    let function = FunctionObject {
        name: name.clone(),
        description: some(description),
        parameters: Some(Value::clone(parameters)),
        strict: strict.then_some(true),
    };
    ChatCompletionTools::Function(ChatCompletionTool { function })
}

fn choice(choice: &ToolChoice) -> Option<ChatCompletionToolChoiceOption> {
    let mode = match choice {
        ToolChoice::Auto => return None,
        ToolChoice::None => ToolChoiceOptions::None,
        ToolChoice::Required => ToolChoiceOptions::Required,
        ToolChoice::Named(name) => {
            let function = FunctionName { name: name.clone() };
            return Some(ChatCompletionToolChoiceOption::Function(ChatCompletionNamedToolChoice { function }));
        }
    };
    Some(ChatCompletionToolChoiceOption::Mode(mode))
}

fn answer(AnswerSchema { name, description, schema, strict }: &AnswerSchema) -> ResponseFormat {
    let json_schema = ResponseFormatJsonSchema {
        name: name.clone(),
        description: some(description),
        schema: schema.clone(),
        strict: Some(*strict),
    };
    ResponseFormat::JsonSchema { json_schema }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const LOCAL: Dialect = Dialect { token_limit: TokenLimit::MaxTokens, stream_usage: true };
    const OPENAI: Dialect = Dialect { token_limit: TokenLimit::MaxCompletionTokens, stream_usage: true };

    fn sent(request: &ChatRequest, dialect: Dialect, stream: bool) -> Value {
        serde_json::from_slice(&body(request, "small", dialect, stream).unwrap()).unwrap()
    }

    #[test]
    fn what_is_not_said_is_not_sent() {
        let mut request = ChatRequest::from("Hello");
        request.tool_choice = ToolChoice::Required;
        request.parallel_tool_calls = Some(false);
        let expected = json!({ "model": "small", "messages": [{ "role": "user", "content": "Hello" }] });
        assert_eq!(sent(&request, LOCAL, false), expected);
    }

    #[test]
    fn all_that_is_said_is_sent() {
        let call = ToolCall { id: "c1".into(), name: "add".into(), arguments: "{}".into() };
        let calls = Assistant { tool_calls: vec![call], ..Assistant::default() };
        let refused = Assistant { refusal: Some("no".into()), ..Assistant::default() };
        let mut request = ChatRequest::new(vec![
            Message::user("?"),
            calls.into(),
            Message::tool("c1", "2"),
            Message::assistant(""),
            refused.into(),
        ])
        .system("Be brief.")
        .model("large")
        .max_tokens(9)
        .temperature(0.0)
        .tools(vec![ToolSpec {
            name: "add".into(),
            parameters: json!({ "type": "object" }).into(),
            ..ToolSpec::default()
        }]);
        request.tool_choice = ToolChoice::Named("add".into());
        request.parallel_tool_calls = Some(false);
        let expected = json!({
            "model": "large",
            "messages": [
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": "?" },
                { "role": "assistant", "tool_calls":
                    [{ "type": "function", "id": "c1", "function": { "name": "add", "arguments": "{}" } }] },
                { "role": "tool", "tool_call_id": "c1", "content": "2" },
                { "role": "assistant", "content": "" },
                { "role": "assistant", "refusal": "no" },
            ],
            "max_completion_tokens": 9,
            "temperature": 0.0,
            "tools": [{ "type": "function", "function": { "name": "add", "parameters": { "type": "object" } } }],
            "tool_choice": { "type": "function", "function": { "name": "add" } },
            "parallel_tool_calls": false,
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        assert_eq!(sent(&request, OPENAI, true), expected);
    }

    #[test]
    fn an_answer_is_held_to_its_schema() {
        let schema = AnswerSchema {
            name: "desk".into(),
            schema: json!({ "type": "object" }),
            strict: true,
            ..AnswerSchema::default()
        };
        let request = ChatRequest::from("?").answer(schema).max_tokens(9);
        let sent = sent(&request, Dialect { stream_usage: false, ..LOCAL }, true);
        let format = json!({ "name": "desk", "schema": { "type": "object" }, "strict": true });
        assert_eq!(sent["response_format"], json!({ "type": "json_schema", "json_schema": format }));
        assert_eq!((&sent["max_tokens"], &sent["stream"], sent.get("stream_options")), (&json!(9), &json!(true), None));
    }
}
