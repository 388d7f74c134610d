// The looks of the board and of published figures: only their own pages carry them, so that the public ones stay light
import "../kepuyue/ui/static/ui/css/insight.css";
