// The form by which a user looks for a patient and chooses one, wherever it stands.

using FhirHub.Html;
using FhirHub.Model;

namespace FhirHub.Smart;

/// <summary>Writes what choosing a patient or an encounter needs.</summary>
internal static class PatientPage
{
    /// <summary>The field of a chosen patient.</summary>
    public const string PatientField = "patient";

    /// <summary>The field of a chosen encounter.</summary>
    public const string EncounterField = "encounter";

    /// <summary>The field that says what a form is to do.</summary>
    public const string ActionField = "action";

    /// <summary>The action that looks for patients.</summary>
    public const string Search = "search";

    private const string NameField = "name";
    private const string IdentifierField = "identifier";
    private const string BirthDateField = "birthdate";
    private const int LongestCriterion = 100;

    /// <summary>What was looked for.</summary>
    public static PatientCriteria CriteriaOf(Microsoft.AspNetCore.Http.IFormCollection form)
    {
        return new PatientCriteria(Of(NameField), Of(IdentifierField), Of(BirthDateField));

        string Of(string name)
        {
            var text = form[name].ToString().Trim();
            return text.Length > LongestCriterion ? text[..LongestCriterion] : text;
        }
    }

    /// <summary>The fields to look for a patient, and the button, inside of a form.</summary>
    public static void WriteSearch(SmartPage page, PatientCriteria? criteria)
    {
        var html = page.Html;
        foreach (var (name, label, value) in new[]
        {
            (NameField, AuthorizationLabels.Name, criteria?.Name),
            (IdentifierField, AuthorizationLabels.Identifier, criteria?.Identifier),
            (BirthDateField, AuthorizationLabels.BirthDate, criteria?.BirthDate),
        })
        {
            html.Element("label", label, ("for", name));
            html.Empty("input", ("type", "search"), ("id", name), ("name", name), ("value", value), ("maxlength", "100"), ("autocomplete", "off"));
        }

        html.Element("button", AuthorizationLabels.Search, ("type", "submit"), ("name", ActionField), ("value", Search));
    }

    /// <summary>The patients found, each with a button, inside of a form.</summary>
    /// <param name="page">The page.</param>
    /// <param name="found">The patients; null if nothing was looked for.</param>
    /// <param name="more">The address of the next page; null for none.</param>
    public static void WriteFound(SmartPage page, PatientEntries? found, string? more)
    {
        if (found is null)
            return;
        var html = page.Html;
        html.Element("h2", AuthorizationLabels.Found);
        if (found.Entries.Count == 0)
            html.Element("p", AuthorizationLabels.NobodyFound, ("role", "status"), ("class", "notice"));
        html.Open("ul", ("class", "found"));
        foreach (var entry in found.Entries)
        {
            html.Open("li");
            WritePatient(page, entry);
            html.Open("button", ("type", "submit"), ("class", "second"), ("name", PatientField), ("value", entry.Id));
            html.Text(AuthorizationLabels.Choose).Text(" ").Text(entry.Name).Close().Close();
        }

        html.Close();
        if (more is not null)
            html.Open("p").Element("a", AuthorizationLabels.More, ("href", more)).Close();
    }

    /// <summary>A patient, as people tell them apart.</summary>
    public static void WritePatient(SmartPage page, PatientEntry patient)
    {
        var html = page.Html;
        html.Open("p").Element("strong", patient.Name);
        if (AuthorizationLabels.Gender(patient.Gender) is { } gender)
            html.Text(" · ").Text(gender);
        if (patient.BirthDate.Length > 0)
            html.Text(" · ").Text(patient.BirthDate);
        foreach (var identifier in patient.Identifiers)
            html.Text(" · ").Text(identifier);
        html.Close();
    }

    /// <summary>Encounters as choices, the first of which is none at all, inside of a form.</summary>
    public static void WriteEncounters(SmartPage page, IReadOnlyList<EncounterEntry> encounters)
    {
        var html = page.Html;
        html.Open("fieldset").Element("legend", AuthorizationLabels.TheEncounter);
        WriteChoice(html, "encounter-none", "", AuthorizationLabels.NoEncounter.In(page.Language), isChosen: true);
        for (var i = 0; i < encounters.Count; i++)
            WriteChoice(html, $"encounter-{i}", encounters[i].Id, Describe(encounters[i], page.Language), isChosen: false);
        html.Close();
    }

    /// <summary>An encounter in a line, in the language of the page as far as its codes have names.</summary>
    public static string Describe(EncounterEntry encounter, MessageLanguage language)
    {
        var start = encounter.Start.Length > 16 ? encounter.Start[..16].Replace('T', ' ') : encounter.Start;
        var kind = EncounterWords.Class(encounter.Class)?.In(language) ?? (encounter.ClassDisplay.Length > 0 ? encounter.ClassDisplay : encounter.Class);
        var status = EncounterWords.Status(encounter.Status)?.In(language) ?? encounter.Status;
        return string.Join(" · ", new[] { start, kind, encounter.Type, encounter.Place, status }.Where(static part => part.Length > 0));
    }

    private static void WriteChoice(HtmlWriter html, string id, string value, string text, bool isChosen)
    {
        html.Open("div", ("class", "choice"));
        html.Empty("input", ("type", "radio"), ("id", id), ("name", EncounterField), ("value", value), ("checked", isChosen ? "checked" : null));
        html.Element("label", text, ("for", id)).Close();
    }
}
