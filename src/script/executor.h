// Executor: runs one template over its data, step by step as Go does, for the sake of its errors.
//
// Threads: one at a time; the templates may be shared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "script/node.h"
#include "script/operand.h"
#include "script/session.h"
#include "script/template_set.h"

namespace rumbo::script {

class Executor {
 public:
  Executor(const TemplateSet& templates, Session& session, const Template& start)
      : templates_(templates), session_(session), template_(&start) {}

  Outcome<std::string> run(const Any& data);

 private:
  enum class Flow : std::uint8_t { normal, broken, continued, failed };
  struct Variable {
    int slot;
    Operand value;
  };
  struct Depth;
  using Nodes = Node::Nodes;

  // Every bool below is false after a failure, which failure_ then holds.
  bool fails(const std::string& text);
  bool fails(const std::string& text, Failure cause);
  bool charge(std::uint64_t steps);

  Flow walk(const Operand& dot, const Node& node);
  Flow walk_list(const Operand& dot, const Node& list);
  Flow walk_branch(const Operand& dot, const Node& node);
  Flow walk_range(const Operand& dot, const Node& node);
  Flow iterate(const Node& node, std::size_t mark, const Operand& index, const Operand& element);
  Flow range_over_number(const Node& node, std::size_t mark, const Any& count, bool& ran);
  Flow range_over_list(const Node& node, std::size_t mark, const Any& list, bool& ran);
  Flow range_over_map(const Node& node, std::size_t mark, const Any& map, bool& ran);
  Flow walk_template(const Operand& dot, const Node& node);
  bool print(const Node& node, const Operand& value);

  bool set_variable(const Node& variable, const Operand& value);
  bool variable(const Node& node, Operand& out);

  bool pipeline(const Operand& dot, const Node& pipe, Operand& out);
  bool command(const Operand& dot, const Node& command, const Operand* final, Operand& out);
  bool not_a_function(Nodes arguments, const Operand* final);
  bool constant(const Node& node, Operand& out);
  bool field_chain(const Operand& dot, Operand receiver, const Node& node, std::size_t first,
                   Nodes arguments, const Operand* final, Operand& out);
  bool field_node(const Operand& dot, const Node& node, Nodes arguments, const Operand* final,
                  Operand& out);
  bool chain_node(const Operand& dot, const Node& node, Nodes arguments, const Operand* final,
                  Operand& out);
  bool variable_node(const Operand& dot, const Node& node, Nodes arguments, const Operand* final,
                     Operand& out);
  bool function_node(const Operand& dot, const Node& node, const Node& command, Nodes arguments,
                     const Operand* final, Operand& out);
  bool field(const Operand& dot, std::string_view name, const Node& node, Nodes arguments,
             const Operand* final, const Operand& receiver, Operand& out);
  bool call(const Operand& dot, const Function& function, const Any* receiver, const Node& node,
            std::string_view name, Nodes arguments, const Operand* final, Operand& out);
  bool short_circuit(const Operand& dot, const Function& function, Nodes arguments,
                     const Operand* final, Operand& out);
  bool count_arguments(const Function& function, std::string_view name, Nodes arguments,
                       bool has_final);
  bool collect_arguments(const Operand& dot, const Function& function, Nodes arguments,
                         const Operand* final, std::vector<Any>& out);
  /// The node as an argument of the type (any, if null).
  bool argument(const Operand& dot, const Type* type, const Node& node, Operand& out);
  bool literal(const Type& type, const Node& node, Operand& out);
  bool validate(Operand& value, const Type& type);
  Any passed(const Operand& value, const Type& type) const;

  const TemplateSet& templates_;
  Session& session_;
  const Template* template_;
  const Node* node_ = nullptr;  ///< the current one, for messages
  std::vector<Variable> variables_;
  std::size_t base_ = 0;  ///< where the running template's variables begin
  std::string out_;
  std::optional<Failure> failure_;
};

}  // namespace rumbo::script
