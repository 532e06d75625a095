/** People, and what Zou shows of them: all to managers, little to others, least to clients. */
import { LONG_AGO } from "./time.ts";

export type Role = "admin" | "manager" | "supervisor" | "user" | "client" | "vendor";

export type Person = {
  id: string;
  email: string;
  full_name: string;
  first_name: string;
  last_name: string;
  role: Role;
  /** "fr_FR" */
  locale: string;
  /** "Europe/Paris" */
  timezone: string;
  departments: readonly string[];
  active: boolean;
  is_bot: boolean;
};

/** Includes the salary, like the real Zou. The number is easy to find where it leaks. */
export const fullPerson = (person: Person) => ({
  first_name: person.first_name,
  last_name: person.last_name,
  email: person.email,
  phone: null,
  country: null,
  contract_type: "open-ended",
  active: person.active,
  archived: false,
  last_presence: null,
  desktop_login: null,
  totp_enabled: false,
  email_otp_enabled: false,
  fido_enabled: false,
  preferred_two_factor_authentication: null,
  shotgun_id: null,
  timezone: person.timezone,
  locale: person.locale,
  use_12_hour_clock: false,
  display_date_format: "YYYY-MM-DD",
  data: null,
  role: person.role,
  position: "artist",
  seniority: "mid",
  daily_salary: person.is_bot ? 0 : 4_711,
  has_avatar: false,
  notifications_enabled: false,
  notifications_slack_enabled: false,
  notifications_slack_userid: "",
  notifications_mattermost_enabled: false,
  notifications_mattermost_userid: "",
  notifications_discord_enabled: false,
  notifications_discord_userid: "",
  is_bot: person.is_bot,
  is_guest: false,
  preview_project_id: null,
  preview_opened_at: null,
  preview_open_until: null,
  expiration_date: null,
  is_generated_from_ldap: false,
  ldap_uid: null,
  departments: person.departments,
  studio_id: null,
  full_name: person.full_name,
  id: person.id,
  ...LONG_AGO,
  type: "Person",
});

export const briefPerson = (person: Person) => ({
  ...clientsPerson(person),
  departments: person.departments,
  studio_id: null,
  desktop_login: null,
});

/** What a client sees of anyone: enough to put a name on a comment. */
export const clientsPerson = (person: Person) => ({
  id: person.id,
  type: "Person",
  first_name: person.first_name,
  last_name: person.last_name,
  full_name: person.full_name,
  has_avatar: false,
  active: person.active,
  role: person.role,
  is_bot: person.is_bot,
});
