/** The people who talk to the lab's bot. All chats are private, so a person's id is also the chat's id. */
export interface Person {
  readonly id: number;
  readonly name: string;
  readonly isSuperadmin: boolean;
}

export const people: readonly Person[] = [
  { id: 1001, name: 'Anna', isSuperadmin: false },
  { id: 2001, name: 'Boris', isSuperadmin: true },
  { id: 2002, name: 'Vera', isSuperadmin: true },
  { id: 1002, name: 'Gleb', isSuperadmin: false },
  { id: 1003, name: 'Dina', isSuperadmin: false },
];

export const superadmins: readonly Person[] = people.filter(({ isSuperadmin }) => isSuperadmin);
