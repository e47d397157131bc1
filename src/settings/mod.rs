//! Settings: flags > environment > file > defaults, validated once. Composes the settings structs of the other rooms.
