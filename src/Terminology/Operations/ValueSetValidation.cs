// ValueSet $validate-code: is this code in that value set, does its code system have it, and does it mean what its sender thinks?

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>ValueSet <c>$validate-code</c> (R4 valueset-operation-validate-code.html).</summary>
public sealed class ValueSetValidation
{
    // A value set of so few codes is told whole to those whose code is not in it.
    private const int CodesShown = 8;

    private readonly TerminologyScope _scope;
    private readonly ValueSetContent _content;
    private readonly CodeValidation _question;

    private ValueSetValidation(TerminologyScope scope, ValueSetContent content, CodeValidation question) =>
        (_scope, _content, _question) = (scope, content, question);

    /// <summary>Checks the codes.</summary>
    /// <param name="scope">What the request sees.</param>
    /// <param name="content">The value set.</param>
    /// <param name="question">The codes, and how to check them.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static ValueTask<CodeValidationAnswer> RunAsync(TerminologyScope scope, ValueSetContent content, CodeValidation question, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(question);
        return new ValueSetValidation(scope, content, question).RunAsync(cancel);
    }

    private async ValueTask<CodeValidationAnswer> RunAsync(CancellationToken cancel)
    {
        var checks = new List<CodingCheck>(_question.Codings.Count);
        var members = new HashSet<CodingCheck>();
        for (var i = 0; i < _question.Codings.Count; i++)
        {
            var check = new CodingCheck(_question, i);
            checks.Add(check);
            if (await CheckAsync(check, cancel))
                members.Add(check);
        }

        var further = new List<TerminologyIssue>();
        if (members.Count == 0 && _question.Form == CodedForm.CodeableConcept)
        {
            var codes = string.Join(", ", checks.Select(static check => check.Named));
            further.Add(new TerminologyIssue(
                IssueSeverity.Error, "code-invalid", TerminologyIssueType.NotInValueSet,
                checks.Count == 1 ? $"The code {codes} is not in the value set {_content.Name}.{WhatIsIn()}" : $"None of the codes {codes} is in the value set {_content.Name}.{WhatIsIn()}"));
        }

        AddStanding(further);
        return ValidationAnswers.Of(checks, members.Contains, further);
    }

    /// <summary>True if the value set has the code.</summary>
    private async ValueTask<bool> CheckAsync(CodingCheck check, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(check.SystemUrl) && _question.InfersSystem && !Infer(check))
            return false;
        if (!check.IsWellFormed())
        {
            SayNotIn(check);
            return false;
        }

        check.SystemUrl = await _scope.SystemNameAsync(check.SystemUrl!, cancel);

        var member = await FindAsync(check, check.AskedVersion, cancel);
        if (member is null)
        {
            await ExplainAsync(check, cancel);
            return false;
        }

        await FindConceptAsync(check, member, cancel);
        ConceptChecks.Display(check, _question.Languages, Names(member));
        if (_question.Languages.IsNone && member.Listed?.Display is { } display)
            check.Display = display;
        ConceptChecks.IsUsable(check, _question.AllowsAbstract, _question.ActiveOnly);
        return true;
    }

    // A code system has several names, of which the value set may know another one.
    private async ValueTask<ValueSetMember?> FindAsync(CodingCheck check, string? version, CancellationToken cancel)
    {
        if (_content.Find(check.SystemUrl!, version, check.Code) is { } member)
            return member;
        foreach (var name in await _scope.SystemNamesAsync(check.SystemUrl!, cancel))
        {
            if (name != check.SystemUrl && _content.Find(name, version, check.Code) is { } other)
                return other;
        }

        return null;
    }

    private bool Infer(CodingCheck check)
    {
        var systems = _content.FindInAnySystem(check.Code).Select(static member => member.System).Distinct(StringComparer.Ordinal).ToList();
        if (systems.Count == 1)
        {
            check.SystemUrl = systems[0];
            return true;
        }

        if (systems.Count > 1)
        {
            check.Say(
                IssueSeverity.Error, "not-found", TerminologyIssueType.CannotInfer,
                $"The value set {_content.Name} has the code '{check.Code}' in several systems: {string.Join(", ", systems)}; say which of them is meant.", check.Locate("code"));
        }
        else
        {
            SayNotIn(check);
        }

        return false;
    }

    // Where the code system is not known, a value set that lists the code is all that there is to go by.
    private async ValueTask FindConceptAsync(CodingCheck check, ValueSetMember member, CancellationToken cancel)
    {
        if (member.Part.CodeSystem is { } system)
        {
            check.LookUp(system);
            AddStanding(check, system);
            return;
        }

        if (member.Listed is null)
        {
            await check.LookUpAsync(_scope, check.AskedVersion ?? member.Version, cancel);
            return;
        }

        check.Display = member.Listed.Display;
        check.Say(
            IssueSeverity.Warning, "not-found", TerminologyIssueType.NotFound,
            $"The value set {_content.Name} lists the code {check.Named}; its code system is not known here, so nothing else about it could be checked.", check.Locate("system"));
    }

    // Says why the value set does not have the code, and what else is wrong with it.
    private async ValueTask ExplainAsync(CodingCheck check, CancellationToken cancel)
    {
        await check.LookUpAsync(_scope, check.AskedVersion, cancel);
        ConceptChecks.Display(check, _question.Languages, []);
        if (check.AskedVersion is { } version && await FindAsync(check, null, cancel) is { } other)
        {
            check.Say(
                IssueSeverity.Error, "invalid", TerminologyIssueType.ValueSetInvalid,
                $"The value set {_content.Name} has the code '{check.Code}' in version {other.Version} of {check.SystemUrl}, not in {version}; use that version, or none.", check.Locate("version"));
        }

        if (_content.WhyUncertain(check.SystemUrl!) is { } reason && check.UnknownSystem is null)
        {
            check.Say(
                IssueSeverity.Error, "not-found", TerminologyIssueType.ValueSetInvalid,
                $"Whether the value set {_content.Name} has the code {check.Named} can't be told. {reason.Message}", check.Locate("code"));
            return;
        }

        SayNotIn(check);
    }

    private void SayNotIn(CodingCheck check)
    {
        var (severity, type) = _question.Form == CodedForm.CodeableConcept
            ? (IssueSeverity.Information, TerminologyIssueType.ThisCodeNotInValueSet)
            : (IssueSeverity.Error, TerminologyIssueType.NotInValueSet);
        var elsewhere = _content.FindInAnySystem(check.Code).Select(static member => member.System).FirstOrDefault(system => system != check.SystemUrl);
        var hint = elsewhere is not null ? $" It has '{check.Code}' in the system {elsewhere}." : _question.Form == CodedForm.CodeableConcept ? "" : WhatIsIn();
        check.Say(severity, "code-invalid", type, $"The code {check.Named} is not in the value set {_content.Name}.{hint}", check.Locate("code"));
    }

    private string WhatIsIn()
    {
        if (_content.Count is 0 or > CodesShown || _content.Parts.Any(static part => part is WholePart))
            return "";
        var codes = _content.Parts.SelectMany(static part => part switch
        {
            TablePart table => table.Concepts.Select(ordinal => table.CodeSystem!.At(ordinal).Code),
            ListPart list => list.Entries.Select(static entry => entry.Code),
            _ => [],
        });
        return $" It has {string.Join(", ", codes.Select(static code => $"'{code}'"))}.";
    }

    private static IReadOnlyList<Designation> Names(ValueSetMember member) => member.Listed switch
    {
        null => [],
        { Display: { } display } listed => [new Designation(display), .. listed.Designations],
        var listed => listed.Designations,
    };

    private void AddStanding(CodingCheck check, CodeSystem system) => ConceptChecks.Standing(
        check.Issues, "code system", CodingCheck.Canonical(system.Url, system.Version), system.Header.Status, system.Header.StandardsStatus,
        system.Header.IsExperimental == true && !IsExperimental(_content.Resource));

    private void AddStanding(List<TerminologyIssue> issues)
    {
        AddStanding(issues, _content.Name, _content.Resource, isWithin: false);
        foreach (var used in _content.ValueSets)
            AddStanding(issues, CodingCheck.Canonical(used.Url, used.Version), used.Resource, isWithin: true);
    }

    private void AddStanding(List<TerminologyIssue> issues, string name, ElementNode valueSet, bool isWithin)
    {
        // What is experimental may well be made of what is.
        if (valueSet.Exists)
            ConceptChecks.Standing(issues, "value set", name, valueSet.ChildValue("status"), CodeSystemHeader.StandardsStatusOf(valueSet), IsExperimental(valueSet) && !(isWithin && IsExperimental(_content.Resource)));
    }

    private static bool IsExperimental(ElementNode valueSet) => valueSet.Exists && valueSet.Child("experimental") is { Exists: true } flag && flag.GetBoolean() == true;
}
