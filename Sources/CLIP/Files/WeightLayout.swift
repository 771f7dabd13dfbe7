/// How the tensors of a CLIP model are named in a file.
///
/// OpenAI's archives and open_clip's files share one set of names; Hugging Face has another, with
/// query, key and value apart and both projections transposed.
enum WeightLayout: Sendable {
  case openAI
  case huggingFace

  /// The two towers.
  enum Tower: Sendable {
    case image, text
  }

  var classToken: String {
    pick("visual.class_embedding", "vision_model.embeddings.class_embedding")
  }
  var patches: String {
    pick("visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight")
  }
  var tokens: String {
    pick("token_embedding.weight", "text_model.embeddings.token_embedding.weight")
  }
  var normBefore: String { pick("visual.ln_pre", "vision_model.pre_layrnorm") }

  func positions(_ tower: Tower) -> String {
    switch tower {
    case .image:
      pick("visual.positional_embedding", "vision_model.embeddings.position_embedding.weight")
    case .text: pick("positional_embedding", "text_model.embeddings.position_embedding.weight")
    }
  }

  func normAfter(_ tower: Tower) -> String {
    switch tower {
    case .image: pick("visual.ln_post", "vision_model.post_layernorm")
    case .text: pick("ln_final", "text_model.final_layer_norm")
    }
  }

  func projection(_ tower: Tower) -> String {
    switch tower {
    case .image: pick("visual.proj", "visual_projection.weight")
    case .text: pick("text_projection", "text_projection.weight")
    }
  }

  /// Where the numbered blocks are.
  func blocks(_ tower: Tower) -> String {
    switch tower {
    case .image: pick("visual.transformer.resblocks", "vision_model.encoder.layers")
    case .text: pick("transformer.resblocks", "text_model.encoder.layers")
    }
  }

  // Within a block.
  var attentionNorm: String { pick("ln_1", "layer_norm1") }
  var mlpNorm: String { pick("ln_2", "layer_norm2") }
  var attentionOutput: String { pick("attn.out_proj", "self_attn.out_proj") }
  var mlpInput: String { pick("mlp.c_fc", "mlp.fc1") }
  var mlpOutput: String { pick("mlp.c_proj", "mlp.fc2") }

  /// Names that belong to a model of this kind but to no computation here.
  static func isBesideTheNetwork(_ name: String) -> Bool {
    ["logit_scale", "input_resolution", "context_length", "vocab_size", CLIPArchive.mergesName]
      .contains(name) || name.hasSuffix("position_ids") || name.hasSuffix("attn_mask")
  }

  private func pick(_ openAI: String, _ huggingFace: String) -> String {
    self == .openAI ? openAI : huggingFace
  }
}
