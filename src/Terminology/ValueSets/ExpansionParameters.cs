// What shaped an expansion, as its parameters tell it: what was asked, what was used, and what to be warned of.

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>An <c>expansion.parameter</c> (R4 valueset-definitions.html#ValueSet.expansion.parameter).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its value as the element's name has it: <c>String</c>, <c>Boolean</c>, <c>Integer</c>, <c>Uri</c>, <c>Code</c>, <c>DateTime</c>.</param>
/// <param name="Value">The value as text.</param>
internal readonly record struct ExpansionParameter(string Name, string Type, string Value);

/// <summary>Lists the parameters of an expansion.</summary>
internal static class ExpansionParameters
{
    public static List<ExpansionParameter> Of(Expansion expansion)
    {
        var parameters = new List<ExpansionParameter>(12);
        Asked(expansion.Request, parameters);
        foreach (var (name, canonicals) in (ReadOnlySpan<(string, IReadOnlyList<string>)>)
        [
            ("system-version", expansion.Rules.SystemVersions),
            ("check-system-version", expansion.Rules.CheckSystemVersions),
            ("force-system-version", expansion.Rules.ForceSystemVersions),
            ("default-valueset-version", expansion.Rules.ValueSetVersions),
            ("useSupplement", expansion.Rules.Supplements),
        ])
        {
            foreach (var canonical in canonicals)
                parameters.Add(new ExpansionParameter(name, "Uri", canonical));
        }

        if (expansion.Rules.Date is { } date)
            parameters.Add(new ExpansionParameter("date", "DateTime", date.Text));
        Used(expansion.Content, parameters);
        return parameters;
    }

    /// <summary>One name for one answer: the same parameters over the same content have the same identifier.</summary>
    public static Guid Identify(Expansion expansion, List<ExpansionParameter> parameters)
    {
        if (expansion.State is not { } state)
            return Guid.CreateVersion7(expansion.Time);
        var text = new StringBuilder(state).Append('\n').Append(expansion.Content.Name).Append('\n').Append(expansion.Request.ValueSetStamp);
        foreach (var parameter in parameters)
            text.Append('\n').Append(parameter.Name).Append('=').Append(parameter.Value);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()), hash);

        // RFC 9562, 5.8: version 8 is for what one makes up oneself.
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private static void Asked(ExpansionRequest request, List<ExpansionParameter> parameters)
    {
        Add("filter", "String", string.IsNullOrWhiteSpace(request.Filter) ? null : request.Filter);
        Add("offset", "Integer", request.Offset > 0 ? request.Offset.ToString(CultureInfo.InvariantCulture) : null);
        Add("count", "Integer", request.Count?.ToString(CultureInfo.InvariantCulture));
        Flag("includeDesignations", request.IncludeDesignations);
        foreach (var designation in request.Designations)
            Add("designation", "String", designation);
        Flag("includeDefinition", request.IncludeDefinition);
        Flag("activeOnly", request.ActiveOnly);
        Flag("excludeNested", request.ExcludeNested);
        Flag("excludeNotForUI", request.ExcludeNotForUI);
        Flag("excludePostCoordinated", request.ExcludePostCoordinated);

        // A wish with qualities is no code.
        var languages = request.DisplayLanguage;
        Add("displayLanguage", languages.Ranges is [var only] && only == languages.Text ? "Code" : "String", languages.IsNone ? null : languages.Text);
        foreach (var canonical in request.ExcludeSystems)
            Add("exclude-system", "Uri", canonical);
        foreach (var property in request.Properties)
            Add("property", "String", property);

        void Flag(string name, bool? value) => Add(name, "Boolean", value is { } flag ? flag ? "true" : "false" : null);

        void Add(string name, string type, string? value)
        {
            if (value is not null)
                parameters.Add(new ExpansionParameter(name, type, value));
        }
    }

    private static void Used(ValueSetContent content, List<ExpansionParameter> parameters)
    {
        foreach (var used in content.CodeSystems)
        {
            var name = Canonical(used.Url, used.Version);
            parameters.Add(new ExpansionParameter("used-codesystem", "Uri", name));
            if (used.Version is not null)
                parameters.Add(new ExpansionParameter("version", "Uri", name));
            if (used.System is not { } system)
            {
                parameters.Add(new ExpansionParameter("warning", "String", $"The code system {name} is not known here: its codes are those that the value set lists."));
                continue;
            }

            foreach (var supplement in system.Supplements)
                parameters.Add(new ExpansionParameter("used-supplement", "Uri", Canonical(supplement.Url, supplement.Version)));
            Warn(name, system.Header.Status, system.Header.StandardsStatus, system.Header.IsExperimental == true, parameters);
        }

        foreach (var used in content.ValueSets)
        {
            var name = Canonical(used.Url, used.Version);
            parameters.Add(new ExpansionParameter("used-valueset", "Uri", name));
            Warn(name, used.Resource, parameters);
        }

        if (content.Url is not null)
            Warn(content.Name, content.Resource, parameters);
        foreach (var list in content.Parts.OfType<ListPart>().Where(static list => list.Strays.Count > 0))
        {
            parameters.Add(new ExpansionParameter(
                "warning", "String",
                $"The code system {Canonical(list.System, list.Version)} does not have {string.Join(", ", list.Strays.Take(5).Select(static stray => $"'{stray.Code}'"))}{(list.Strays.Count > 5 ? ", …" : "")}, which the value set lists; left out here."));
        }
    }

    private static void Warn(string name, ElementNode valueSet, List<ExpansionParameter> parameters)
    {
        if (valueSet.Exists)
        {
            Warn(
                name, valueSet.ChildValue("status"), CodeSystemHeader.StandardsStatusOf(valueSet),
                valueSet.Child("experimental") is { Exists: true } experimental && experimental.GetBoolean() == true, parameters);
        }
    }

    private static void Warn(string name, string? status, string? standardsStatus, bool isExperimental, List<ExpansionParameter> parameters)
    {
        var warning = (standardsStatus, status) switch
        {
            ("deprecated" or "withdrawn", _) => standardsStatus,
            (_, "retired" or "draft") => status,
            _ => isExperimental ? "experimental" : null,
        };
        if (warning is not null)
            parameters.Add(new ExpansionParameter($"warning-{warning}", "Uri", name));
    }

    private static string Canonical(string url, string? version) => version is null ? url : $"{url}|{version}";
}
