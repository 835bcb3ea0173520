-- Year of birth and state: what models are held to by group. They say something of a person, so they lie where a person can be
-- erased. No more is kept than the groups need, and somebody may be known by them alone.
alter table bank.person
    alter column full_name drop not null,
    add column birth_year smallint check (birth_year between 1900 and 2100),
    add column state text check (state in (
        'AC', 'AL', 'AM', 'AP', 'BA', 'CE', 'DF', 'ES', 'GO', 'MA', 'MG', 'MS', 'MT', 'PA', 'PB', 'PE', 'PI', 'PR', 'RJ', 'RN', 'RO',
        'RR', 'RS', 'SC', 'SE', 'SP', 'TO'
    ));
