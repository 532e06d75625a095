/** The words of the imitated Kitsu. The playground's own bar is in English only. */
const en = {
  actions: "Custom action",
  assets: "Assets",
  assigned: "Assigned to",
  assignTasks: "Assign tasks",
  changePriority: "Change priority",
  changeStatus: "Change status",
  clearSelection: "Clear selection",
  darkTheme: "Dark theme",
  deleteTasks: "Delete tasks",
  entity: "Entity",
  frames: "Frames",
  goProductions: "Go to productions",
  generatePlaylist: "Generate playlist",
  language: "Language",
  lightTheme: "White theme",
  myTasks: "My Tasks",
  name: "Name",
  notHere: "This page of Kitsu is not imitated",
  notHereText: "A link led to {path}. In the real Kitsu there is a page here.",
  notifications: "Notifications",
  noPreview: "No preview to display",
  production: "Production",
  run: "Run custom action for {n} selected task | Run custom action for {n} selected tasks",
  runCustomAction: "Run custom action",
  search: "ex: s01 anim=wip",
  section: "Section",
  selectAll: "Select all",
  selectColumn: "Select all tasks: {type}",
  selectedTasks: "Selected tasks",
  setThumbnails: "Set thumbnails",
  shots: "Shots",
  status: "Status",
  subscribe: "Subscribe to tasks",
  taskType: "Type",
  unselect: "Unselect {task}",
};

export type Words = typeof en;

const fr: Words = {
  actions: "Action personnalisée",
  assets: "Assets",
  assigned: "Assigné à",
  assignTasks: "Assigner les tâches",
  changePriority: "Changer la priorité",
  changeStatus: "Changer le statut",
  clearSelection: "Vider la sélection",
  darkTheme: "Thème sombre",
  deleteTasks: "Supprimer les tâches",
  entity: "Entité",
  frames: "Images",
  goProductions: "Aller aux productions",
  generatePlaylist: "Générer une playlist",
  language: "Langue",
  lightTheme: "Thème clair",
  myTasks: "Mes Tâches",
  name: "Nom",
  notHere: "Cette page de Kitsu n’est pas imitée",
  notHereText: "Un lien a mené à {path}. Dans le vrai Kitsu, il y a une page ici.",
  notifications: "Notifications",
  noPreview: "Pas de preview à afficher",
  production: "Production",
  run: "Lancer l’action pour {n} tâche sélectionnée | Lancer l’action pour {n} tâches sélectionnées",
  runCustomAction: "Lancer une action personnalisée",
  search: "ex : s01 anim=wip",
  section: "Section",
  selectAll: "Tout sélectionner",
  selectColumn: "Sélectionner toutes les tâches : {type}",
  selectedTasks: "Tâches sélectionnées",
  setThumbnails: "Définir les vignettes",
  shots: "Plans",
  status: "Statut",
  subscribe: "S’abonner aux tâches",
  taskType: "Type",
  unselect: "Désélectionner {task}",
};

export type Locale = "en" | "fr";

export const WORDS: Readonly<Record<Locale, Words>> = { en, fr };

/** Fills `{name}`s in. With `n`, the text holds the singular and the plural, parted by a bar. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  const [one = "", many = one] = text.split(" | ");
  const chosen = values.n === 1 ? one : many;
  return chosen.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
