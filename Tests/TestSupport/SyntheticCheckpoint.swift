import Checkpoints
import Tensors

/// A checkpoint of the given tensors, through a file that lives as long as needed.
///
/// - Throws: `CheckpointError` where the folder for temporary files cannot be written.
public func syntheticCheckpoint(
  _ tensors: KeyValuePairs<String, Tensor>
) throws(CheckpointError) -> Checkpoint {
  var writer = SafetensorsWriter()
  for (name, tensor) in tensors { writer.add(tensor, name: name) }
  let file = TemporaryFile(suffix: ".safetensors")
  try writer.write(to: file.path)
  // The mapping outlives the name.
  return try withExtendedLifetime(file) { () throws(CheckpointError) in
    try Checkpoint(path: file.path)
  }
}

/// A checkpoint of tensors with synthetic numbers.
///
/// - Throws: `CheckpointError` where the folder for temporary files cannot be written.
public func syntheticCheckpoint(
  shapes: [(name: String, shape: Shape)]
) throws(CheckpointError) -> Checkpoint {
  var writer = SafetensorsWriter()
  for (name, shape) in shapes { writer.add(SyntheticNumbers.weight(name, shape), name: name) }
  let file = TemporaryFile(suffix: ".safetensors")
  try writer.write(to: file.path)
  return try withExtendedLifetime(file) { () throws(CheckpointError) in
    try Checkpoint(path: file.path)
  }
}
