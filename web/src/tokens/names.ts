/** Words that are offered in the place of one of their kind; which of them a model has whole, its tokenizer says. */

export const GIVEN_NAMES = [
  ...[
    'Michelle',
    'John',
    'Mary',
    'James',
    'Robert',
    'Patricia',
    'Michael',
    'Linda',
    'David',
    'Susan',
  ],
  ...['Thomas', 'Sarah', 'Daniel', 'Nancy', 'Paul', 'Emily', 'Kevin', 'Laura', 'Anna', 'Peter'],
] as const;

export const SURNAMES = [
  ...[
    'Jones',
    'Smith',
    'Adams',
    'Brown',
    'Davis',
    'Miller',
    'Wilson',
    'Moore',
    'Taylor',
    'Anderson',
  ],
  ...['Garcia', 'Clark', 'Lee', 'Khan', 'Young', 'King', 'Green', 'Baker', 'Carter', 'Morgan'],
] as const;

export const NUMBERS = [
  ...['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'],
] as const;

export const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
