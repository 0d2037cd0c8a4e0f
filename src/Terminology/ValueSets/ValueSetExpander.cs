// $expand: which entries of a value set an answer holds.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>Answers ValueSet <c>$expand</c> (R4 valueset-operation-expand.html).</summary>
public static class ValueSetExpander
{
    /// <summary>Expands a value set, or a page of it.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="scope">What it is answered from.</param>
    /// <param name="clock">The time that the answer bears.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="TerminologyException">The request makes no sense, or the value set can't be expanded.</exception>
    public static async ValueTask<Expansion> ExpandAsync(ExpansionRequest request, TerminologyScope scope, TimeProvider clock, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(clock);
        var now = clock.GetUtcNow();
        Check(request);
        var content = request.ValueSet is { } valueSet
            ? await scope.ContentAsync(valueSet, request.ValueSetStamp, cancel)
            : await scope.ContentAsync(Canonical(request), cancel);
        var view = View(content, request, await ExcludedAsync(request, scope, cancel));
        var isUnclosed = CheckEnumerable(view);
        view = view.With([.. view.Parts.Select(static part => part is WholePart { Common: { } common } ? common : part)], view.Unresolved);
        var filter = string.IsNullOrWhiteSpace(request.Filter) ? null : request.Filter;
        var matches = filter is null ? null : FilteredEntries.Of(view, filter);
        var total = matches?.Count ?? view.Count;
        CheckSize(view, request, total, scope.Limits);

        var entries = new List<ExpansionEntry>(Math.Min(request.Count ?? total, total));
        if (matches is not null)
            matches.CopyTo(entries, request.Offset, request.Count ?? total);
        else
            CopyTo(view, entries, request.Offset, request.Count ?? total);
        cancel.ThrowIfCancellationRequested();
        return new Expansion
        {
            Request = request,
            Content = content,
            Entries = entries,
            Total = total,
            IsUnclosed = isUnclosed,
            IsNested = filter is null && request is { Offset: 0, Count: null, ExcludeNested: not true },
            Rules = scope.Parameters,
            State = request.ValueSet is null || request.ValueSetStamp is not null ? scope.CacheKey : null,
            Time = now,
        };
    }

    private static void Check(ExpansionRequest request)
    {
        if (request.Url is null && request.ValueSet is null)
            throw new TerminologyException("required", "$expand needs a value set: url, valueSet, or the address of one.");
        if (request.Offset < 0 || request.Count < 0)
            throw new TerminologyException("value", "The parameters offset and count must not be negative.");
    }

    private static string Canonical(ExpansionRequest request)
    {
        if (request.ValueSetVersion is not { } version)
            return request.Url!;
        var (url, named) = TerminologyLibrary.Split(request.Url!);
        return named is null || named == version
            ? $"{url}|{version}"
            : throw new TerminologyException("value", $"The parameters url and valueSetVersion name different versions, {named} and {version}; leave one of them out.");
    }

    // Each by all names of its code system.
    private static async ValueTask<List<(string System, string? Version)>> ExcludedAsync(ExpansionRequest request, TerminologyScope scope, CancellationToken cancel)
    {
        var excluded = new List<(string System, string? Version)>();
        foreach (var canonical in request.ExcludeSystems)
        {
            var (url, version) = TerminologyLibrary.Split(canonical);
            foreach (var name in await scope.SystemNamesAsync(url, cancel))
                excluded.Add((name, version));
        }

        return excluded;
    }

    private static ValueSetContent View(ValueSetContent content, ExpansionRequest request, List<(string System, string? Version)> excluded)
    {
        var view = content.View(request.ActiveOnly == true, request.ExcludeNotForUI == true);
        if (excluded.Count == 0)
            return view;
        return view.With(
            [.. view.Parts.Where(part => !IsExcluded(part.System, part.Version))], [.. view.Unresolved.Where(part => !IsExcluded(part.System, part.Version))]);

        bool IsExcluded(string system, string? version) =>
            excluded.Exists(other => other.System == system && (other.Version is null || VersionRange.Matches(other.Version, version)));
    }

    /// <returns>True if the value set has codes beside those that the expansion lists.</returns>
    private static bool CheckEnumerable(ValueSetContent view)
    {
        if (view.Unresolved.Count > 0)
            throw view.Unresolved[0].Reason;
        var isUnclosed = false;
        foreach (var part in view.Parts.OfType<WholePart>())
        {
            var system = part.Version is null ? part.System : $"{part.System}|{part.Version}";
            switch (part.Kind)
            {
                case WholeKind.Unknown:
                    throw new TerminologyException("not-found", $"The code system {system} is not known here with its codes, and the value set {view.Name} has all of them; load that code system.");
                case WholeKind.Grammar when part.Common is null:
                    throw new TerminologyException(
                        "too-costly", $"The value set {view.Name} has all codes that the grammar of {system} allows, without end; ask about single codes with $validate-code, or expand a value set that enumerates some.");
                default:
                    isUnclosed = true;
                    break;
            }
        }

        return isUnclosed;
    }

    private static void CheckSize(ValueSetContent view, ExpansionRequest request, int total, TerminologyLimits limits)
    {
        var size = Math.Min(request.Count ?? int.MaxValue, Math.Max(0, total - request.Offset));
        if (size > limits.Entries)
        {
            throw new TerminologyException(
                "too-costly", $"The expansion of the value set {view.Name} has {total:N0} entries, more than the {limits.Entries:N0} of one answer; ask for pages with offset and count, or look for a text with filter.");
        }
    }

    private static void CopyTo(ValueSetContent view, List<ExpansionEntry> entries, int offset, int count)
    {
        foreach (var part in view.Parts)
        {
            if (count == 0)
                return;
            var length = part.Count ?? 0;
            if (offset >= length)
            {
                offset -= length;
                continue;
            }

            var taken = Math.Min(count, length - offset);
            if (part is TablePart table)
            {
                var ordinals = new int[taken];
                table.Concepts.CopyTo(offset, ordinals);
                foreach (var ordinal in ordinals)
                    entries.Add(new ExpansionEntry(part, ordinal, null));
            }
            else if (part is ListPart list)
            {
                for (var i = offset; i < offset + taken; i++)
                    entries.Add(new ExpansionEntry(part, -1, list.Entries[i]));
            }

            count -= taken;
            offset = 0;
        }
    }
}
