// Placeholder until the room is tested.
