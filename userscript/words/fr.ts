import type { en } from "./en.ts";

export const fr: typeof en = {
  close: "Fermer",
  more: (count) => `${count} de plus`,
  history: "Historique",
  noHistory: "Aucune exécution.",
  details: "Détails",
  open: "Ouvrir",
  copy: "Copier",
  copied: "Copié",
  download: "Télécharger",
  update: "Mettre à jour le script",
  done: "avec succès",
  skipped: "sans objet",
  failed: "en échec",

  sent: (tasks) => `Envoyée pour ${tasks} tâche${tasks > 1 ? "s" : ""}…`,
  sentTwice: (seconds) => `Déjà en cours depuis ${seconds} s ; renvoyée.`,
  checking: "Pas de réponse. Vérification…",
  webPage: "La réponse est une page web : ouvrez l’action en mode formulaire pour la voir.",
  goesOn: "Ce script ne peut pas la suivre : continuez sur la page de l’exécution.",
  status: (status) => `Erreur du serveur (${status}).`,

  offline: "Vous êtes hors ligne. Elle a pu s’exécuter avant.",
  mixed: (host) => `Un Kitsu sécurisé ne peut pas appeler ${host} en http : utilisez https.`,
  blocked: (host) => `La politique de sécurité de Kitsu bloque ${host} : ajoutez-le à connect-src.`,
  refused: (kitsu) => `Refusée avant de s’exécuter : le serveur d’actions doit autoriser ${kitsu}.`,
  lost: "Connexion perdue, pas encore de résultat : l’action est peut-être en cours.",
  unreadable: "Envoyée, mais la réponse est illisible. Elle a pu s’exécuter : vérifiez avant de la renvoyer.",
  unreachable: (host) => `${host} est injoignable : vérifiez réseau, VPN, bloqueur de publicité, accès au réseau local.`,
};
