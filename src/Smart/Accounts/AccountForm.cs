// What an administrator writes about an account, and whether it holds together with the records that are here.

using System.Buffers;
using FhirHub.Html;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Smart;

/// <summary>The fields of the form, and what is wrong with them.</summary>
internal sealed record AccountForm
{
    private static readonly Dictionary<string, string> s_noProblems = [];

    private static readonly string[] s_fields = ["display-name", "fhir-user", "practitioner-role", "organization", "scopes"];

    public string DisplayName { get; init; } = "";

    public AccountRole Role { get; init; } = AccountRole.Practitioner;

    public string FhirUser { get; init; } = "";

    public string PractitionerRole { get; init; } = "";

    public string Organization { get; init; } = "";

    public string Scopes { get; init; } = "";

    /// <summary>What is wrong, by the name of the field.</summary>
    public IReadOnlyDictionary<string, string> Problems { get; init; } = s_noProblems;

    /// <summary>The fields as an account has them.</summary>
    public static AccountForm Of(Account account) => new()
    {
        DisplayName = account.DisplayName,
        Role = account.Role,
        FhirUser = account.FhirUser ?? "",
        PractitionerRole = account.PractitionerRole ?? "",
        Organization = account.Organization ?? "",
        Scopes = account.Scopes ?? "",
    };

    /// <summary>The fields as they were posted; whatever else was posted is not looked at.</summary>
    public static AccountForm Of(IFormCollection form)
    {
        var values = s_fields.ToDictionary(static field => field, field => form[field].ToString().Trim());
        return new AccountForm
        {
            DisplayName = values["display-name"],
            Role = form["role"].ToString() switch
            {
                nameof(AccountRole.Administrator) => AccountRole.Administrator,
                nameof(AccountRole.Patient) => AccountRole.Patient,
                _ => AccountRole.Practitioner,
            },
            FhirUser = values["fhir-user"],
            PractitionerRole = values["practitioner-role"],
            Organization = values["organization"],
            Scopes = string.Join(' ', values["scopes"].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
        };
    }

    /// <summary>True if both say the same of what the account may see and do.</summary>
    public bool GivesTheSame(AccountForm other) => Reduced(this) == Reduced(other);

    /// <summary>The account with these fields.</summary>
    public Account Apply(Account account) => account with
    {
        DisplayName = DisplayName,
        Role = Role,
        FhirUser = OrNull(FhirUser),
        PractitionerRole = OrNull(PractitionerRole),
        Organization = OrNull(Organization),
        Scopes = OrNull(Scopes),
    };

    /// <summary>Checks the fields against the records, and fills in what a post says.</summary>
    public async Task<AccountForm> CheckAsync(SmartService smart, MessageLanguage language, CancellationToken cancel)
    {
        var problems = new Dictionary<string, string>();
        var checkedForm = this;
        if (DisplayName.Length > 128)
            problems["display-name"] = string.Format(null, AccountLabels.PasswordTooLong.In(language), 128);
        foreach (var scope in Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!SmartScope.TryParse(scope, out var read) || !smart.Constraints.IsUnderstood(read))
                problems.TryAdd("scopes", Say(AdministrationLabels.ScopesWrong, scope));
        }

        if (Role == AccountRole.Patient)
        {
            if (PractitionerRole.Length > 0)
                problems["practitioner-role"] = Say(AdministrationLabels.NotForRole);
            if (Organization.Length > 0)
                problems["organization"] = Say(AdministrationLabels.NotForRole);
            if (FhirUser.Length == 0)
                problems["fhir-user"] = Say(AdministrationLabels.NeedsPatient);
            else
                await FindAsync("fhir-user", FhirUser, "Patient");
        }
        else if (PractitionerRole.Length > 0)
        {
            checkedForm = await FillAsync();
        }
        else if (Role == AccountRole.Practitioner)
        {
            problems["practitioner-role"] = Say(AdministrationLabels.NeedsPost);
        }
        else
        {
            if (FhirUser.Length > 0)
                await FindAsync("fhir-user", FhirUser, "Practitioner");
            if (Organization.Length > 0)
                await FindAsync("organization", Organization, "Organization");
        }

        return checkedForm with { Problems = problems };

        async Task<AccountForm> FillAsync()
        {
            if (await FindAsync("practitioner-role", PractitionerRole, "PractitionerRole") is not { } post)
                return this;
            var person = post.Root.Child("practitioner").ChildValue("reference") ?? "";
            var place = post.Root.Child("organization").ChildValue("reference") ?? "";
            if (KeyOf(person, "Practitioner") is null || KeyOf(place, "Organization") is null)
            {
                problems["practitioner-role"] = Say(AdministrationLabels.PostIncomplete, PractitionerRole);
                return this;
            }

            if (FhirUser.Length > 0 && FhirUser != person)
                problems["fhir-user"] = Say(AdministrationLabels.NotTogether, PractitionerRole, person);
            else
                await FindAsync("fhir-user", person, "Practitioner");
            if (Organization.Length > 0 && Organization != place)
                problems["organization"] = Say(AdministrationLabels.NotTogether, PractitionerRole, place);
            else
                await FindAsync("organization", place, "Organization");
            return problems.Count == 0 ? this with { FhirUser = person, Organization = place } : this;
        }

        async Task<ResourceTree?> FindAsync(string field, string reference, string type)
        {
            if (KeyOf(reference, type) is not { } key)
                problems[field] = Say(AdministrationLabels.NoReference, type);
            else if (await smart.Resources.ReadAsync(AccessScope.Full, key, cancel) is not { IsDeleted: false } resource)
                problems[field] = Say(AdministrationLabels.NotHere, reference);
            else
                return Parse(resource);
            return null;
        }

        string Say(Label label, params object[] arguments) => string.Format(null, label.In(language), arguments);
    }

    /// <summary>Writes the fields.</summary>
    public void Write(SmartPage page)
    {
        var html = page.Html;
        Field("display-name", AccountLabels.DisplayName, DisplayName, null).Write(page);
        html.Element("label", AccountLabels.Role, ("for", "role")).Open("select", ("id", "role"), ("name", "role"));
        foreach (var role in Enum.GetValues<AccountRole>())
            html.Element("option", AccountLabels.Of(role), ("value", role.ToString()), ("selected", role == Role ? "selected" : null));
        html.Close();
        if (Problems.TryGetValue("role", out var problem))
            html.Element("p", problem, ("class", "problem"), ("role", "alert"));
        Field("practitioner-role", AdministrationLabels.PractitionerRole, PractitionerRole, AdministrationLabels.PractitionerRoleHint).Write(page);
        Field("fhir-user", AdministrationLabels.FhirUser, FhirUser, AdministrationLabels.FhirUserHint).Write(page);
        Field("organization", AdministrationLabels.Organization, Organization, AdministrationLabels.OrganizationHint).Write(page);
        (Field("scopes", AdministrationLabels.Scopes, Scopes, AdministrationLabels.ScopesHint) with { Longest = 4_000 }).Write(page);

        FormField Field(string name, Label label, string value, Label? hint) => new(name, label)
        {
            Value = value,
            Hint = hint?.In(page.Language),
            Problem = Problems.GetValueOrDefault(name),
        };
    }

    private static ResourceTree? Parse(StoredVersion resource)
    {
        var json = new ArrayBufferWriter<byte>();
        resource.Body.WriteTo(json, resource);
        return ResourceParser.ParseJson(json.WrittenMemory).Tree;
    }

    private static ResourceKey? KeyOf(string reference, string type) =>
        reference.Split('/') is [var named, { Length: > 0 and <= 64 } id] && named == type && id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') ? new ResourceKey(type, id) : null;

    private static AccountForm Reduced(AccountForm form) => form with { DisplayName = "", Problems = s_noProblems };

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
