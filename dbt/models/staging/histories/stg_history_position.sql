select
  position.next_offset,
  position.as_of
from {{ source('read_model', 'position') }} as position
inner join {{ source('read_model', 'serving') }} as serving on serving.generation = position.generation
