// Walking: texts, actions and control structures. executor_eval.cc evaluates what stands in them.
#include "script/executor.h"

#include "script/executor_depth.h"
#include "script/format.h"
#include "script/list.h"
#include "script/map.h"
#include "script/native.h"
#include "script/unicode.h"

namespace rumbo::script {

Outcome<std::string> Executor::run(const Any& data) {
  const Operand dot = data.is_nil() ? Operand() : Operand::plain(data);
  variables_.push_back({0, dot});
  if (walk(dot, *template_->root) == Flow::failed) return fail(std::move(*failure_));
  return std::move(out_);
}

bool Executor::fails(const std::string& text) {
  const Location location = locate(*node_);
  failure_ = Failure("template: " + to_string_go(location) + ": executing " +
                         quote(template_->name) + " at <" + node_->print() + ">: " + text,
                     Failure::Kind::execute)
                 .at(location);
  return false;
}

bool Executor::fails(const std::string& text, Failure cause) {
  const Location location = locate(*node_);
  failure_ = Failure("template: " + to_string_go(location) + ": executing " +
                         quote(template_->name) + " at <" + node_->print() + ">: " + text,
                     Failure::Kind::execute, std::make_shared<const Failure>(std::move(cause)))
                 .at(location);
  return false;
}

bool Executor::charge(std::uint64_t steps) {
  auto charged = session_.charge(steps);
  return charged || fails("", std::move(charged).error());
}

Executor::Flow Executor::walk(const Operand& dot, const Node& node) {
  node_ = &node;
  if (!charge(1)) return Flow::failed;
  switch (node.kind) {
    case NodeKind::action: {
      Operand value;
      if (!pipeline(dot, *node.pipe, value)) return Flow::failed;
      if (node.pipe->declared.empty() && !print(node, value)) return Flow::failed;
      return Flow::normal;
    }
    case NodeKind::text:
      out_ += node.text;
      if (out_.size() > session_.limits().max_output) {
        fails("", Failure("template writes more than " +
                              std::to_string(session_.limits().max_output) + " bytes",
                          Failure::Kind::limit));
        return Flow::failed;
      }
      return Flow::normal;
    case NodeKind::break_:
      return Flow::broken;
    case NodeKind::continue_:
      return Flow::continued;
    case NodeKind::if_:
    case NodeKind::with:
      return walk_branch(dot, node);
    case NodeKind::range:
      return walk_range(dot, node);
    case NodeKind::template_:
      return walk_template(dot, node);
    case NodeKind::list:
      return walk_list(dot, node);
    default:
      return fails("unknown node: " + node.print()) ? Flow::normal : Flow::failed;
  }
}

Executor::Flow Executor::walk_list(const Operand& dot, const Node& list) {
  const Depth depth(session_);
  if (!depth.ok()) {
    fails("", depth.failure());
    return Flow::failed;
  }
  for (const Node* node : list.nodes) {
    const Flow flow = walk(dot, *node);
    if (flow != Flow::normal) return flow;
  }
  return Flow::normal;
}

Executor::Flow Executor::walk_branch(const Operand& dot, const Node& node) {
  const std::size_t mark = variables_.size();
  Operand value;
  if (!pipeline(dot, *node.pipe, value)) return Flow::failed;
  Flow flow = Flow::normal;
  if (value.valid() && truth(value.value)) {
    flow = walk(node.kind == NodeKind::with ? value : dot, *node.list);
  } else if (node.otherwise != nullptr) {
    flow = walk(dot, *node.otherwise);
  }
  variables_.resize(mark);
  return flow;
}

Executor::Flow Executor::iterate(const Node& node, std::size_t mark, const Operand& index,
                                 const Operand& element) {
  const auto& declared = node.pipe->declared;
  if (node.pipe->is_assign) {
    // With two variables the index comes first; one takes the element.
    const bool two = declared.size() > 1;
    if (!declared.empty() && !set_variable(*declared[0], two ? index : element)) {
      return Flow::failed;
    }
    if (two && !set_variable(*declared[1], element)) return Flow::failed;
  } else {
    if (!declared.empty()) variables_[mark - 1].value = element;
    if (declared.size() > 1) variables_[mark - 2].value = index;
  }
  const Flow flow = walk(element, *node.list);
  if (flow != Flow::failed) variables_.resize(mark);
  return flow == Flow::continued ? Flow::normal : flow;
}

Executor::Flow Executor::range_over_number(const Node& node, std::size_t mark, const Any& count,
                                           bool& ran) {
  if (node.pipe->declared.size() > 1) {
    fails("can't use " + format_value(count).value_or("") +
          " to iterate over more than one variable");
    return Flow::failed;
  }
  const std::int64_t end =
      is_signed(count.kind()) ? count.as_int() : static_cast<std::int64_t>(count.as_uint());
  for (std::int64_t i = 0; i < end; ++i) {
    ran = true;
    const Flow flow =
        iterate(node, mark, Operand(), Operand::plain(Any::typed(*count.type(), Value(i))));
    if (flow != Flow::normal) return flow;
  }
  return Flow::normal;
}

Executor::Flow Executor::range_over_list(const Node& node, std::size_t mark, const Any& list,
                                         bool& ran) {
  const std::size_t count = length(list);
  for (std::size_t i = 0; i < count; ++i) {
    ran = true;
    const Operand element =
        list.type() == &types::bytes
            ? Operand::plain(
                  Any::typed(types::uint8, Value(static_cast<unsigned char>(list.text()[i]))))
            : Operand::element(list.list()->at(i), list.type()->element);
    const Operand index = Operand::plain(Any::integer(static_cast<std::int64_t>(i)));
    const Flow flow = iterate(node, mark, index, element);
    if (flow != Flow::normal) return flow;
  }
  return Flow::normal;
}

Executor::Flow Executor::range_over_map(const Node& node, std::size_t mark, const Any& map,
                                        bool& ran) {
  // The body may change the map: what it had at the start counts.
  std::vector<std::pair<std::string, Any>> members;
  members.reserve(map.map()->size());
  for (std::size_t i = 0; i < map.map()->size(); ++i) {
    members.emplace_back(map.map()->key(i), map.map()->at(i));
  }
  for (const auto& [key, value] : members) {
    ran = true;
    const Flow flow =
        iterate(node, mark, Operand::plain(Any(key)), Operand::element(value, map.type()->element));
    if (flow != Flow::normal) return flow;
  }
  return Flow::normal;
}

Executor::Flow Executor::walk_range(const Operand& dot, const Node& node) {
  const std::size_t mark = variables_.size();
  Operand value;
  if (!pipeline(dot, *node.pipe, value)) return Flow::failed;
  const std::size_t body = variables_.size();
  bool ran = false;
  Flow flow = Flow::normal;
  const Kind kind = value.valid() ? value.value.kind() : Kind::invalid;
  if (is_signed(kind) || is_unsigned(kind)) {
    flow = range_over_number(node, body, value.value, ran);
  } else if (kind == Kind::slice) {
    flow = range_over_list(node, body, value.value, ran);
  } else if (kind == Kind::map) {
    if (value.value.map() != nullptr) flow = range_over_map(node, body, value.value, ran);
  } else if (kind != Kind::invalid) {
    const auto text = format_value(value.value);
    fails("range can't iterate over " + text.value_or(""));
    return Flow::failed;
  }
  if (flow == Flow::failed) return flow;
  flow = Flow::normal;  // a break ends here
  if (!ran && node.otherwise != nullptr) flow = walk(dot, *node.otherwise);
  if (flow != Flow::failed) variables_.resize(mark);
  return flow;
}

Executor::Flow Executor::walk_template(const Operand& dot, const Node& node) {
  const Template* next = templates_.find(node.text);
  if (next == nullptr) {
    fails("template " + quote(node.text) + " not defined");
    return Flow::failed;
  }
  Operand value;
  if (node.pipe != nullptr && !pipeline(dot, *node.pipe, value)) return Flow::failed;
  const Template* const outer = template_;
  const std::size_t outer_base = base_;
  const std::size_t mark = variables_.size();
  template_ = next;
  base_ = mark;
  variables_.push_back({0, value});
  const Flow flow = walk(value, *next->root);
  if (flow == Flow::failed) return flow;
  variables_.resize(mark);
  template_ = outer;
  base_ = outer_base;
  return Flow::normal;
}

bool Executor::print(const Node& node, const Operand& value) {
  node_ = &node;
  if (!value.valid()) {
    out_ += "<no value>";
    return true;
  }
  if (value.value.kind() == Kind::string) {
    out_ += value.value.text();
  } else if (value.value.kind() == Kind::function) {
    return fails("can't print " + node.print() + " of type " +
                 std::string(value.value.type_name()));
  } else if (const Native* native = value.value.native(); native && native->printed()) {
    out_ += *native->printed();
  } else {
    auto text = format_value(value.value, session_.limits().max_text);
    if (!text) return fails("", std::move(text).error());
    out_ += *text;
  }
  if (out_.size() > session_.limits().max_output) {
    return fails("", Failure("template writes more than " +
                                 std::to_string(session_.limits().max_output) + " bytes",
                             Failure::Kind::limit));
  }
  return true;
}

bool Executor::set_variable(const Node& variable, const Operand& value) {
  for (std::size_t i = variables_.size(); i > base_; --i) {
    if (variables_[i - 1].slot == variable.slot) {
      variables_[i - 1].value = value;
      return true;
    }
  }
  return fails("undefined variable: " + std::string(variable.names[0]));
}

bool Executor::variable(const Node& node, Operand& out) {
  for (std::size_t i = variables_.size(); i > base_; --i) {
    if (variables_[i - 1].slot == node.slot) {
      out = variables_[i - 1].value;
      return true;
    }
  }
  return fails("undefined variable: " + std::string(node.names[0]));
}

}  // namespace rumbo::script
