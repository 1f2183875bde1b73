/** The worlds that come with Illume: importing this makes their languages known. */
import "./emoji/language.ts";
