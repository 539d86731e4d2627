# The document as the generator wants it: one kind of refusal, dates as text, bodies of one kind.
.paths |= map_values(map_values(
  .responses |= with_entries(select(.key < "400"))
  | if .requestBody.content["application/json"] then .requestBody.content |= with_entries(select(.key == "application/json")) else . end))
| del(.components.responses)
| walk(if type == "object" and (.additionalProperties | type) == "boolean" then del(.additionalProperties)
  elif type == "object" and (.additionalProperties | type) == "object" then del(.properties) else . end)
