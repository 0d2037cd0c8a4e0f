// Asserts on the content of a body.

using FhirHub.Model;

namespace FhirHub.Conformance;

internal sealed partial class Asserts
{
    private static Verdict JudgeResource(AssertSubject subject)
    {
        var body = subject.Body;
        var verdict = Comparison.Judge($"the resource of {subject.BodyName}", subject.Operator, Texts(body.Resource?.ResourceType), subject.Text("resource"));
        return verdict.Holds || body.Resource is not null ? verdict : verdict with { Message = $"{verdict.Message} The body is {Bodies.Describe(body)}." };
    }

    private static Verdict JudgeMinimum(AssertSubject subject)
    {
        var id = subject.Text("minimumId")!;
        var fixture = subject.State.FindBody(id) ?? throw new StepException($"minimumId names '{id}', which is no fixture, request or response of this script so far.");

        // A contained resource's id is its name within the script, which no server gives it.
        if (subject.State.IsContained(id) && fixture.Resource is { } contained)
            fixture = ResourceBody.WithId(contained, null, fixture.IsXml, fixture.ContentType);
        var least = ContentNode.Read(fixture) ?? throw new StepException($"The fixture '{id}' is {Bodies.Describe(fixture)}; minimumId needs a resource or JSON.");

        // What a contained resource is called within the script says nothing about the one on the server.
        if (subject.State.IsContained(id))
            least = least with { Children = [.. least.Children.Where(static child => child.Name != "id")] };
        var missing = ContentNode.Read(subject.Body) is { } content ? new Containment().FindMissing(least, content) : $"{subject.BodyName} is {Bodies.Describe(subject.Body)}";
        return Judge(
            subject,
            missing is null,
            $"{Capital(subject.BodyName)} contains '{id}'.",
            $"{Capital(subject.BodyName)} should contain '{id}': {missing}.",
            $"{Capital(subject.BodyName)} should not contain '{id}', and has all of it.");
    }

    private static Verdict JudgeNavigation(AssertSubject subject)
    {
        if (subject.Text("navigationLinks") == "false")
            return new Verdict(true, "Navigation links are not checked, as the script says.");
        if (subject.Body.Resource is not { ResourceType: "Bundle" } bundle)
            return new Verdict(false, $"Navigation links stand in a Bundle; {subject.BodyName} is {Bodies.Describe(subject.Body)}.");
        var links = bundle.Root.ChildrenOf("link").ToList();
        string? Url(string relation) => links.FirstOrDefault(link => link.ChildValue("relation") == relation) is { Exists: true } link ? link.ChildValue("url") : null;
        var missing = new List<string>();
        if (string.IsNullOrEmpty(Url("first")))
            missing.Add("first");
        if (string.IsNullOrEmpty(Url("last")))
            missing.Add("last");
        if (string.IsNullOrEmpty(Url("next")) && !IsLastPage(bundle, Url("self"), Url("last")))
            missing.Add("next");
        return Judge(
            subject,
            missing.Count == 0,
            "The Bundle has the links first, last and, unless it is the last page, next.",
            $"The Bundle should have links to the pages first, last and next; {string.Join(" and ", missing)} {(missing.Count == 1 ? "is" : "are")} missing, found {Excerpt.Of([.. links.Select(static link => link.ChildValue("relation") ?? "")])}.",
            "The Bundle should not have links to the pages first, last and next, and has all.");
    }

    // R4 http.html#paging: the last page has no next one, so nobody can ask it for a link there.
    private static bool IsLastPage(ResourceTree bundle, string? self, string? last)
    {
        if (self is not null && self == last)
            return true;
        var matches = bundle.Root.ChildrenOf("entry").ToList().Count(static entry => entry.Child("search").ChildValue("mode") is null or "match");
        return bundle.Root.Child("total") is { Exists: true } total && total.GetDecimal() <= matches;
    }

    private static Verdict JudgeExpression(AssertSubject subject)
    {
        var expression = (subject.Text("expression") ?? subject.Text("compareToSourceExpression"))!;
        IReadOnlyList<JudgedValue> found = [.. ExpressionQuery.EvaluateValues(expression, subject.Body).Select(JudgedValue.Of)];
        var what = $"{Excerpt.Of(expression)} in {subject.BodyName}";
        if (subject is { Operator: "eval", Value: { } truth })
            return Comparison.Judge(what, "equals", found, truth);
        return IsCondition(subject) ? Comparison.JudgeTruth(what, found) : Compare(what, subject, found);
    }

    private static Verdict JudgePath(AssertSubject subject)
    {
        var path = (subject.Text("path") ?? subject.Text("compareToSourcePath"))!;
        IReadOnlyList<JudgedValue> found = [.. PathQuery.Evaluate(path, subject.Body).Select(JudgedValue.Of)];
        var what = $"{Excerpt.Of(path)} in {subject.BodyName}";
        if (!IsCondition(subject))
            return Compare(what, subject, found);

        // As XPath takes nodes for a boolean: true if there are any.
        return found.Count > 1 ? new Verdict(true, $"{Capital(what)} finds {found.Count} values.") : Comparison.JudgeTruth(what, found);
    }

    // R4 says eval for it; scripts, HL7's own too, also write an expression with nothing to compare it with.
    private static bool IsCondition(AssertSubject subject) =>
        subject.Text("value") is null && subject.Text("compareToSourceId") is null && (subject.Operator == "eval" || subject.Text("operator") is null or "equals");

    private static Verdict Judge(AssertSubject subject, bool holds, string pass, string fail, string failNot) => subject.Operator switch
    {
        "equals" or "contains" => new Verdict(holds, holds ? pass : fail),
        "notEquals" or "notContains" => new Verdict(!holds, holds ? failNot : fail),
        _ => throw new StepException($"The operator {subject.Operator} has no meaning here; equals (the default) and notEquals have."),
    };

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
