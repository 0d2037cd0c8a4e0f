// What changed from one version to another.

using FhirHub.Terminology.Import;

namespace FhirHub.Terminology.Tests.Import;

public sealed class TableDifferenceTests
{
    [Fact]
    public void Each_change_of_a_concept_is_listed()
    {
        var before = Table(("top", "Top", null, false), ("a", "A", "top", false), ("b", "B", "top", false), ("c", "C", "top", true), ("d", "D", "top", false), ("same", "Same", "top", false));
        var after = Table(("same", "Same", "top", false), ("top", "Top", null, false), ("a", "A new", "b", false), ("b", "B", "top", true), ("c", "C", "top", false), ("e", "E", "top", false));
        var changes = TableDifference.Between(before, after).ToList();
        Assert.Equal(
            [
                new(ConceptChange.Display, "a", "A", "A new"),
                new(ConceptChange.Parents, "a", "top", "b"),
                new(ConceptChange.Retired, "b", "B", "B"),
                new(ConceptChange.Reactivated, "c", "C", "C"),
                new(ConceptChange.Added, "e", null, "E"),
                new ChangedConcept(ConceptChange.Removed, "d", "D", null),
            ],
            changes);
    }

    private static ConceptTable Table(params (string Code, string Display, string? Parent, bool IsInactive)[] concepts)
    {
        var builder = ConceptTableBuilder.InMemory(new CodeSystemHeader { Url = "http://example.org/x" });
        foreach (var (code, display, parent, isInactive) in concepts)
        {
            var concept = builder.Add(code, display, flags: isInactive ? ConceptFlags.Inactive : ConceptFlags.None);
            if (parent is not null)
                builder.AddParent(concept, parent);
        }

        return builder.Build();
    }
}
