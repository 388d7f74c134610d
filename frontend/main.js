import "../kepuyue/ui/static/ui/css/index.css";
import "./requests.js";
import "./keep-input.js";
import "./display.js";
import "./dialogs.js";
import "./menus.js";
import "./sharing.js";
import "./rows.js";
