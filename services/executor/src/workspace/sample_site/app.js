// Shows and hides the answer to a question.
function toggle(question) {
  const answer = question.querySelector("p");
  answer.hidden = !answer.hidden;
}

// Greets a visitor who came by a link with a name in it, such as ?name=Ada.
document.addEventListener("DOMContentLoaded", function () {
  const name = decodeURIComponent((location.search.match(/name=([^&]*)/) || [])[1] || "");
  if (name) {
    document.getElementById("greeting").innerHTML = "Good evening, " + name + "!";
  }
});

// Counts a visit.
fetch("http://stats.example.com/visit?page=" + location.pathname).catch(function () {});
