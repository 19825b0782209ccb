//! A server on this machine, asked by the client of async-openai and by that of loomflow.

use crate::{hand::Client, script::call};
use async_openai::{
    config::OpenAIConfig,
    types::chat::{CreateChatCompletionRequest, CreateChatCompletionResponse},
};
use loomflow::Model;
use loomflow_double::{Double, Reply};

/// A server that replies what the script says.
pub(crate) fn server(calls: usize) -> Double {
    Double::answering(move |request| {
        let (tool, arguments) = call(request.messages().len() / 2 - 1, calls);
        Reply::tool(tool, arguments)
    })
}

/// The client of async-openai.
pub(crate) struct OpenAi(async_openai::Client<OpenAIConfig>);

impl OpenAi {
    pub(crate) fn of(server: &Double) -> Self {
        let config = OpenAIConfig::new().with_api_base(server.base_url()).with_api_key("none");
        OpenAi(async_openai::Client::with_config(config))
    }
}

impl Client for OpenAi {
    async fn create(&self, request: CreateChatCompletionRequest) -> CreateChatCompletionResponse {
        self.0.chat().create(request).await.expect("the server replies")
    }
}

/// The client of loomflow.
pub(crate) fn model(server: &Double) -> Model {
    Model::builder()
        .base_url(server.base_url())
        .api_key("none")
        .name("scripted")
        .build()
        .expect("the settings are settings")
}
