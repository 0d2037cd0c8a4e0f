// What to try when a demonstration runs: where to sign in and as whom, and requests that answer with the data that was generated.

using System.Text;

namespace FhirHub.Server;

/// <summary>Writes it down.</summary>
internal static class DemoRequests
{
    private const string Sid = "https://fhirhub.dev/fhir/sid";
    private const string Systems = "https://fhirhub.dev/fhir/CodeSystem";

    /// <summary>Addresses, accounts and requests, in lines for a terminal.</summary>
    /// <param name="found">What the region has.</param>
    /// <param name="address">Where it is served, such as <c>http://127.0.0.1:8080</c>.</param>
    /// <param name="accounts">Who can sign in; null where nobody is asked to.</param>
    public static string Describe(DemoFindings found, string address, DemoAccounts? accounts)
    {
        var text = new StringBuilder();
        text.Append($"""

            The region is served; end with Ctrl-C.
              {address}/               what runs here
              {address}/profiles       the exchange's package: what to send
              {address}/viewer/        the images of the region
              {address}/fhir/metadata  what the FHIR API does

            """);
        if (accounts is null)
            text.Append("There is no authorization.\n");
        else
            Describe(text, address, accounts);
        text.Append("\nRequests to try:\n");
        if (accounts is not null)
            text.Append($"  # the doctor's access, for {accounts.TokenLife.TotalMinutes:0} minutes\n  TOKEN={accounts.Token}\n");
        foreach (var (title, query) in Queries(found))
            text.Append($"  # {title}\n  curl -s {(accounts is null ? "" : "-H \"Authorization: Bearer $TOKEN\" ")}'{address}/fhir/{query}'\n");
        return text.ToString();
    }

    private static void Describe(StringBuilder text, string address, DemoAccounts accounts)
    {
        text.Append($"""
              {address}/app/           an app that shows a patient: sign in as anyone below
              {address}/auth/launch    launches it with a patient and an encounter, as a hospital's system would
              {address}/auth/admin     accounts, clients and what was granted: sign in as the administrator

            Who can sign in (passwords as they were made with the region; {accounts.File} has them too):

            """);
        foreach (var account in accounts.All)
            text.Append($"  {account.UserName,-8} {account.Password}  {account.Who}\n");
    }

    /// <summary>What each request is for, and its address below the FHIR base.</summary>
    public static IEnumerable<(string Title, string Query)> Queries(DemoFindings found)
    {
        if (found.Patient is { } patient)
        {
            yield return ($"the patient {patient.Name}, by name", $"Patient?name={Uri.EscapeDataString(patient.Name)}");
            yield return ("by pinyin", $"Patient?name={Uri.EscapeDataString(patient.Pinyin)}");
            yield return ("by resident identity number", $"Patient?identifier={Sid}/resident-id%7C{patient.ResidentId}");
            yield return ("all that is known of the patient", $"Patient/{patient.Id}/$everything");
        }

        yield return ("the expert directory: cardiologists, with their names", $"PractitionerRole?specialty={Systems}/specialty%7C03.04&expert=true&_include=PractitionerRole:practitioner");
        if (found.Owner is { } owner)
            yield return ("open referrals to a county's hospital", $"Task?owner={owner}&code={Systems}/exchange-service%7Creferral&status=requested,received,accepted,ready,in-progress&_include=Task:focus");
        if (found.Composition is { } composition)
            yield return ("the signed document of a consultation", $"Composition/{composition}/$document");
        if (found.LocalCode is { } local)
            yield return ("a hospital's own laboratory code in LOINC", $"ConceptMap/$translate?system={local.System}&code={local.Code}&targetsystem=http://loinc.org");
    }
}
