// One grant on a page: which app, what it may do, of whom, since when and how long.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>Shows grants.</summary>
internal static class GrantCard
{
    /// <summary>Whether a grant still gives access.</summary>
    public static bool IsGood(Kept<Grant> grant, Client? client, DateTimeOffset now) =>
        grant.Value.Ended is null && client is not null && (grant.Expires is null || grant.Expires > now);

    /// <summary>What a scope lets the client do, in words.</summary>
    public static Label WordsOf(string scope) => ScopeWords.Of(new OfferedScope(scope, SmartScope.TryParse(scope, out var resource) ? resource : null));

    /// <summary>The scopes of a text as a list of words.</summary>
    public static void WriteScopes(HtmlWriter html, string scope)
    {
        html.Open("ul");
        foreach (var word in scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            html.Open("li").Text(WordsOf(word)).Text(" ").Element("code", word).Close();
        html.Close();
    }

    /// <summary>Writes a grant with a button that ends it.</summary>
    /// <param name="page">The page.</param>
    /// <param name="grant">The grant.</param>
    /// <param name="client">Its client.</param>
    /// <param name="account">Whose it is, for administrators; null to leave it out.</param>
    /// <param name="patient">The name of the patient in context; null for none.</param>
    /// <param name="action">Where the button posts to.</param>
    public static void Write(SmartPage page, Kept<Grant> grant, Client client, string? account, string? patient, string action)
    {
        var html = page.Html;
        html.Open("li").Element("h2", client.Name);
        html.Open("dl");
        if (account is not null)
            html.Element("dt", ClientLabels.TokensAccount).Element("dd", account);
        if (patient is not null)
            html.Element("dt", ClientLabels.Patient).Element("dd", patient);
        html.Element("dt", ClientLabels.Granted).Open("dd");
        AccountPage.WriteTime(html, grant.Value.CreatedAt);
        html.Close();
        if (grant.Value.LastUsed > grant.Value.CreatedAt)
        {
            html.Element("dt", ClientLabels.LastUsed).Open("dd");
            AccountPage.WriteTime(html, grant.Value.LastUsed);
            html.Close();
        }

        html.Element("dt", ClientLabels.Lasts).Element(
            "dd", grant.Value.SessionId is not null ? ClientLabels.WhileSignedIn : grant.Value.RefreshTokenHash is not null ? ClientLabels.UntilEnded : ClientLabels.Shortly);
        html.Close();
        WriteScopes(html, grant.Value.Scope);
        SmartForm.Open(page, action);
        html.Empty("input", ("type", "hidden"), ("name", "grant"), ("value", grant.Id));
        html.Element("button", ClientLabels.End, ("type", "submit"), ("class", "danger"), ("aria-label", $"{ClientLabels.End.In(page.Language)}: {client.Name}"));
        html.Close().Close();
    }

    /// <summary>Says that something was ended.</summary>
    public static void WriteDone(SmartPage page)
    {
        if (page.Http.Request.Query[AccountPage.Done] == "ended")
            page.Html.Element("p", ClientLabels.Ended, ("role", "status"), ("class", "notice"));
    }
}
