using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Domain.Codes;

namespace Hazards.Domain.Tests.Golden;

/// <summary>
/// What is in the log stays readable for ever: these files are what was once written. A failing test here means
/// that old events would no longer load; the file is right and the code is wrong. Files of new events are
/// written with <c>HAZARDS_WRITE_GOLDEN=1</c>, which never overwrites one.
/// </summary>
public sealed class GoldenFiles
{
    private static readonly string Folder = Repository.PathOf("tests", "Hazards.Domain.Tests", "Golden");

    public static TheoryData<string> Events => [.. GoldenEvents.ByName.Keys];

    public static TheoryData<string> Contexts => [.. GoldenEvents.Contexts.Keys];

    [Theory, MemberData(nameof(Events))]
    public void An_event_is_read_and_written_as_in_its_file(string name)
    {
        var expected = GoldenEvents.ByName[name];
        var file = Read(name, expected);
        var read = DomainJson.ReadEvent(Alias(name), file);
        read.ShouldBeOfType(expected.GetType());
        Text(DomainJson.Write(read)).ShouldBe(Text(file));
        Text(DomainJson.Write(expected)).ShouldBe(Text(file));
        AllEqual(read, expected);
    }

    [Theory, MemberData(nameof(Contexts))]
    public void The_circumstances_are_read_and_written_as_in_their_file(string name)
    {
        var expected = GoldenEvents.Contexts[name];
        var file = Read(name, expected);
        var read = DomainJson.ReadContext(file);
        Text(DomainJson.Write(read)).ShouldBe(Text(file));
        AllEqual(read, expected);
    }

    [Fact]
    public void Every_event_has_its_file_and_every_file_its_event()
    {
        var files = Directory.GetFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).ToArray();
        var known = EventTypes.All.Keys.Concat(Upcasters.Product.Aliases).Append("event_context").ToArray();
        known.Where(alias => !files.Contains(alias)).ShouldBeEmpty("these events have no golden file");
        files.Where(name => !known.Contains(Alias(name))).ShouldBeEmpty("no event reads these files any more");
    }

    [Fact]
    public void An_event_with_anything_to_leave_out_has_a_bare_file_too()
    {
        foreach (var (alias, type) in EventTypes.All)
            if (type.GetConstructors()[0].GetParameters().Any(p => Nullable.GetUnderlyingType(p.ParameterType) is not null || Optional(p)))
                GoldenEvents.ByName.ShouldContainKey(alias + ".minimal");
    }

    [Fact]
    public void What_a_newer_writer_adds_is_skipped() =>
        DomainJson.ReadEvent("comment_added", """{"text":"批注","mood":{"a":[1,2]}}"""u8).ShouldBe(new CommentAdded("批注"));

    [Fact]
    public void Facts_that_cannot_be_read_are_a_JsonException()
    {
        Should.Throw<JsonException>(() => DomainJson.ReadEvent("hazard_exploded", "{}"u8));
        Should.Throw<JsonException>(() => DomainJson.ReadEvent("comment_added", "null"u8));
        Should.Throw<JsonException>(() => DomainJson.ReadEvent("comment_added", "{"u8));
        Should.Throw<JsonException>(() => DomainJson.ReadEvent("hazard_verified", """{"level":1}"""u8));
        Should.Throw<JsonException>(() => DomainJson.ReadEvent("hazard_verified", """{"level":"enormous"}"""u8));
        Should.Throw<JsonException>(() => DomainJson.ReadContext("null"u8));
        Should.Throw<MalformedValueException>(() => DomainJson.ReadEvent("supervision_escalated", """{"to":"NOBODY!","reason":"x"}"""u8))
            .Refusal.Code.ShouldBe(InputRefusals.BodyIdentity.Code);
        Should.Throw<MalformedValueException>(() => DomainJson.ReadEvent("supervision_escalated", """{"to":7,"reason":"x"}"""u8))
            .Refusal.Code.ShouldBe(InputRefusals.NotText.Code);
    }

    [Fact]
    public void An_old_alias_is_read_as_the_event_of_today_link_by_link()
    {
        var table = new Upcasters(
            new(
                "leg_praised", "leg_urged_v0",
                old => new JsonObject { ["leg"] = old["line"]?.DeepClone(), ["words"] = old["words"]?.DeepClone() }),
            new(
                "leg_urged_v0", "leg_urged",
                old => new JsonObject { ["leg"] = old["leg"]?.DeepClone(), ["message"] = old["words"]?.DeepClone() }));
        DomainJson.ReadEvent("leg_praised", """{"line":"territorial","words":"请抓紧"}"""u8, table)
            .ShouldBe(new LegUrged(Leg.Territorial, "请抓紧"));
        DomainJson.ReadEvent("leg_urged_v0", """{"words":"请抓紧"}"""u8, table).ShouldBe(new LegUrged(null, "请抓紧"));
        DomainJson.ReadEvent("leg_urged", """{"message":"请抓紧"}"""u8, table).ShouldBe(new LegUrged(null, "请抓紧"));
        Should.Throw<JsonException>(() => DomainJson.ReadEvent("leg_praised", "[]"u8, table));
        Should.Throw<JsonException>(() => DomainJson.ReadEvent("leg_praised", "{}"u8));
    }

    [Fact]
    public void A_table_of_upcasters_that_cannot_work_is_not_made()
    {
        Should.Throw<ArgumentException>(() => new Upcasters(new Upcaster("leg_urged", "comment_added", old => old)));
        Should.Throw<ArgumentException>(() => new Upcasters(new Upcaster("old", "nowhere", old => old)));
        Should.Throw<ArgumentException>(() => new Upcasters(new("old", "older", o => o), new("older", "old", o => o)));
        Should.Throw<ArgumentException>(() => new Upcasters(new("old", "leg_urged", o => o), new("old", "comment_added", o => o)));
        Upcasters.Product.Aliases.ShouldBeEmpty();
    }

    private static byte[] Read(string name, object expected)
    {
        var path = Path.Combine(Folder, name + ".json");
        if (!File.Exists(path) && Environment.GetEnvironmentVariable("HAZARDS_WRITE_GOLDEN") == "1")
            File.WriteAllText(path, Text(DomainJson.Write(expected)) + "\n");
        return Encoding.UTF8.GetBytes(File.ReadAllText(path).TrimEnd('\n'));
    }

    // Equality of records stops at their collections; so every part is compared by itself.
    private static void AllEqual(object read, object expected)
    {
        foreach (var property in expected.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0))
            if (property.GetValue(expected) is System.Collections.IEnumerable many and not string)
                ((System.Collections.IEnumerable)property.GetValue(read)!).Cast<object>().Select(Part)
                    .ShouldBe(many.Cast<object>().Select(Part));
            else if (property.GetValue(expected) is CalendarYear or Looked)
                Part(property.GetValue(read)!).ShouldBe(Part(property.GetValue(expected)!));
            else
                property.GetValue(read).ShouldBe(property.GetValue(expected), property.Name);
    }

    private static string Part(object part) => Text(DomainJson.Write(part));

    private static bool Optional(System.Reflection.ParameterInfo parameter) =>
        new System.Reflection.NullabilityInfoContext().Create(parameter).WriteState == System.Reflection.NullabilityState.Nullable;

    private static string Alias(string name) => name.Split('.')[0];

    private static string Text(byte[] utf8) => Encoding.UTF8.GetString(utf8);
}
